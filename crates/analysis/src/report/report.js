"use strict";
// Search, theme, copied commands and the place in the contents; without it all text is there as well.
const $ = selector => document.querySelector(selector), all = (selector, of = document) => [...of.querySelectorAll(selector)];
const normal = text => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/\s+/g, " ");

// Search: an experiment with a hit in its own words stays whole, else only the figures with a hit stay.
const texts = new Map();
function words(element) {
  if (!texts.has(element)) {
    const own = element.cloneNode(true);
    // Tables and manifests hold too many words to tell anything.
    if (own.matches("section")) all("figure, details:not(.printed)", own).forEach(part => part.remove());
    const images = element.matches("figure") ? all("img", element).map(image => image.alt) : [];
    texts.set(element, normal([element.id, own.textContent, ...images].join(" ")));
  }
  return texts.get(element);
}
function filter() {
  const wanted = normal($("#find").value).trim().split(" ").filter(Boolean);
  const hits = element => wanted.every(word => words(element).includes(word));
  let [figures, claims] = [0, 0];
  for (const section of all("section[data-find]")) {
    const whole = hits(section);
    let some = whole;
    for (const figure of all("figure", section)) {
      figure.hidden = !(whole || hits(figure));
      some ||= !figure.hidden;
      figures += !figure.hidden;
    }
    section.hidden = !some;
  }
  for (const row of all("tr[data-find]")) {
    row.hidden = !hits(row);
    claims += !row.hidden;
  }
  for (const link of all("nav ol ol a")) link.parentElement.hidden = document.getElementById(decodeURIComponent(link.hash.slice(1))).hidden;
  const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
  $("#found").textContent = wanted.length ? `${plural(figures, "figure")} and ${plural(claims, "claim")} found` : "";
}
$("#tools").hidden = false;
$("#find").addEventListener("input", filter);
// A link to what the search hides shows everything again.
addEventListener("hashchange", () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.closest("[hidden]")) {
    $("#find").value = "";
    filter();
    target.scrollIntoView();
  }
});

// Theme: that of the system until the button is pressed.
const dark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const named = () => { $("#theme").textContent = dark() ? "Light" : "Dark"; };
$("#theme").addEventListener("click", () => {
  document.documentElement.dataset.theme = dark() ? "light" : "dark";
  named();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", named);
named();

// Commands can be copied.
for (const command of all(".command")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy the commands: ${command.textContent.split("\n")[0]} …`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(command.textContent);
      button.textContent = "Copied";
    } catch {
      // Where the browser allows no clipboard the text is selected for Ctrl-C.
      getSelection().selectAllChildren(command);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  command.after(button);
}

// Contents: folded where they would fill the screen; the present experiment is marked.
if (innerWidth < 960) $("#contents").open = false;
const links = new Map(all("nav a").map(link => [decodeURIComponent(link.hash.slice(1)), link]));
const seen = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) {
      links.forEach(link => link.removeAttribute("aria-current"));
      links.get(target.id)?.setAttribute("aria-current", "true");
    }
  }
}, { rootMargin: "0px 0px -80% 0px" });
all(".experiment, main > section:not(#section-figures)").forEach(section => seen.observe(section));

// On paper the findings are unfolded.
let folded = [];
addEventListener("beforeprint", () => {
  folded = all("details.printed:not([open])");
  folded.forEach(details => { details.open = true; });
});
addEventListener("afterprint", () => folded.forEach(details => { details.open = false; }));
