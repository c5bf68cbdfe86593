//! The arithmetic of `centers.separation`.

use tokenpark_sweep::manifest::{Expression, Variables};

const AT: Variables = Variables { beta: 64.0, tokens: 200, dimension: 2 };

fn value(text: &str) -> f64 {
    Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).evaluate(&AT)
}

#[test]
fn val_arithmetic() {
    let known = [
        ("4 / sqrt(beta)", 0.5),
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("16 / 4 / 2", 2.0),
        ("2^3^2", 512.0),
        ("-2^2", -4.0),
        ("2^-1", 0.5),
        ("--3", 3.0),
        ("2 * -3", -6.0),
        (" tokens\t/ dimension ", 100.0),
        ("exp(0) + log(1)", 1.0),
        ("1.5e-3*1E3", 1.5),
        (".5", 0.5),
        ("pi", std::f64::consts::PI),
    ];
    for (text, expected) in known {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn prop_what_is_printed_means_the_same() {
    let texts =
        ["4/sqrt(beta)", "1-(2-3)", "(1-2)-3", "-(1+2)^2", "(-2)^2", "2^(3^2)", "(2^3)^2", "1/(2*3)", "--1", "-(-pi)"];
    for text in texts {
        let printed = Expression::parse(text).unwrap().to_string();
        let again = Expression::parse(&printed).unwrap();
        assert_eq!(again, Expression::parse(text).unwrap(), "{text} became {printed}");
        assert_eq!(again.to_string(), printed);
    }
    assert_eq!(Expression::parse("4/sqrt( beta )").unwrap().to_string(), "4.0 / sqrt(beta)");
}

#[test]
fn regress_mistakes_are_located() {
    let known = [
        ("", 0, 0),
        ("4 /", 3, 0),
        ("4 / sqrt beta", 9, 1),
        ("4 $ 3", 2, 1),
        ("(1 + 2", 6, 0),
        ("1 2", 2, 1),
        ("gamma", 0, 5),
        ("4beta", 0, 5),
        ("1e999", 0, 5),
        ("1..2", 0, 4),
        ("β", 0, 2),
        ("sqrt()", 5, 1),
        ("+1", 0, 1),
    ];
    for (text, offset, length) in known {
        let error = Expression::parse(text).expect_err(text);
        assert_eq!((error.offset, error.length), (offset, length), "{text}: {error}");
        assert!(!error.help.is_empty());
    }
}

#[test]
fn prop_depth_is_bounded() {
    for text in ["(".repeat(100_000), "-".repeat(100_000), "1^".repeat(100_000), "1+".repeat(100_000)] {
        assert!(Expression::parse(&text).is_err());
    }
    assert_eq!(value(&format!("{}1{}", "(".repeat(120), ")".repeat(120))), 1.0);
}
