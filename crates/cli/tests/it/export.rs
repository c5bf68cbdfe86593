//! `export ro-crate`: the description names what is there. A validator judges it in `.ci/readers-test`.

use crate::{Lab, contains};
use serde_json::{Value, json};

#[test]
fn regress_a_crate_names_manifest_tables_and_software() {
    let lab = Lab::small();
    lab.fine("run small.toml");
    let below = std::fs::read_dir(lab.path("data/small")).expect("a dataset").next().expect("one").expect("an entry");
    let folder = below.path().display().to_string();
    // The description does not belong to what is verified, and is no damage.
    lab.fine(&format!("export ro-crate {folder}"));
    lab.fine("verify small.toml --sample 1");
    lab.fine(&format!("export ro-crate {folder} --to crate --author Ada --license https://spdx.org/licenses/CC0-1.0"));
    let text = lab.read("crate/ro-crate-metadata.json");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let graph = value["@graph"].as_array().expect("a graph");
    let entity = |id: &str| graph.iter().find(|entity| entity["@id"] == json!(id)).unwrap_or_else(|| panic!("{id}"));
    assert_eq!(entity("./")["name"], json!("A small experiment"));
    assert_eq!(entity("./")["license"], json!({ "@id": "https://spdx.org/licenses/CC0-1.0" }));
    assert_eq!(entity("#run")["object"], json!({ "@id": "manifest.toml" }));
    assert_eq!(entity("#run")["result"].as_array().map(Vec::len), Some(3));
    assert!(entity("#model-version")["value"].is_u64());
    // Every file that is named is there, and every file that is there is named.
    for path in lab.files("crate").keys() {
        entity(path.to_str().expect("UTF-8"));
    }
    for file in graph.iter().filter(|entity| entity["@type"] == json!("File")) {
        assert!(lab.path(&format!("crate/{}", file["@id"].as_str().expect("an id"))).is_file(), "{file}");
    }
    assert_eq!(lab.tables("data").len(), lab.tables("crate").len());
    let ran = lab.run(&format!("export ro-crate {folder} --to crate"));
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["cannot write crate: "]);
    // Without a new place the description joins the dataset, which stays what it was.
    lab.fine(&format!("export ro-crate {folder}"));
    assert!(below.path().join("ro-crate-metadata.json").is_file());
    contains(&lab.fine("status small.toml").stdout, &["fresh"]);
    assert_eq!(lab.run("export ro-crate small.toml").code, 2);
}
