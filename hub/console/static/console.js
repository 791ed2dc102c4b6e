// What the page can do more with JavaScript: pause a live list without losing a row, keep it short, keys.
// Everything here may be missing: every screen works without it.
"use strict";

(() => {
  const MOST_ROWS = 200;
  const TELL_EVERY_MS = 10000;

  // ---- the live list ----------------------------------------------------------------------------------------------
  const panel = document.querySelector("[data-live]");
  const rows = document.querySelector("[data-live-rows]");
  if (panel && rows) {
    const button = panel.querySelector("button");
    const words = panel.querySelector("[data-live-words]");
    const told = panel.querySelector("[role=status]");
    let resume = null; // while paused: what lets the waiting event go on
    let arrived = 0;

    const show = (state, text) => {
      panel.dataset.state = state;
      words.textContent = text;
    };
    const isOn = () => show("aan", "Live: nieuwe regels komen vanzelf bovenaan.");

    panel.hidden = false;
    document.addEventListener("htmx:sse:after:connection", () => { if (!resume) isOn(); });
    document.addEventListener("htmx:sse:error", () => show("kwijt", "Verbinding kwijt. Zij wordt vanzelf hersteld, zonder regels te missen."));
    document.addEventListener("htmx:sse:close", () => show("kwijt", "Niet meer live. Ververs de pagina."));
    rows.addEventListener("afgelopen", () => window.location.reload());

    // An event waits while the list is paused; nothing after it is read, so nothing is lost.
    let paused = null;
    document.addEventListener("htmx:sse:before:message", (event) => {
      if (paused && event.detail.waitUntil) event.detail.waitUntil(paused);
    });
    document.addEventListener("htmx:sse:after:message", () => {
      while (rows.rows.length > MOST_ROWS) rows.deleteRow(-1);
      arrived = rows.querySelectorAll(".is-new").length;
    });
    button.addEventListener("click", () => {
      if (resume) {
        resume();
        resume = paused = null;
        button.textContent = "Pauzeer";
        button.setAttribute("aria-pressed", "false");
        isOn();
      } else {
        paused = new Promise((go) => { resume = go; });
        button.textContent = "Ga verder";
        button.setAttribute("aria-pressed", "true");
        show("gepauzeerd", "Gepauzeerd. Wat nu komt, verschijnt als u verdergaat.");
      }
    });
    let last = 0;
    setInterval(() => {
      if (arrived === last) return;
      last = arrived;
      told.textContent = arrived === 1 ? "1 nieuwe regel sinds u kijkt" : `${arrived} nieuwe regels sinds u kijkt`;
    }, TELL_EVERY_MS);
  }

  // ---- keys -------------------------------------------------------------------------------------------------------
  const SWITCH = "schuldhub-toetsen";
  const help = document.querySelector("dialog[data-keys]");
  const switchBox = help ? help.querySelector("input") : null;
  const on = () => window.localStorage.getItem(SWITCH) !== "uit";
  if (switchBox) {
    switchBox.checked = on();
    switchBox.addEventListener("change", () => window.localStorage.setItem(SWITCH, switchBox.checked ? "aan" : "uit"));
  }
  const typing = (element) => element.closest("input, select, textarea, dialog") !== null;

  const step = (by) => {
    const links = [...document.querySelectorAll("[data-live-rows] tr a[data-row], [data-list] a[data-row]")];
    if (!links.length) return;
    const here = links.indexOf(document.activeElement);
    const next = here < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, here + by));
    links[next].focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    if (event.key === "?" && help) { help.showModal(); event.preventDefault(); return; }
    if (!on()) return;
    if (event.key === "/") {
      const field = document.querySelector("[data-search]");
      if (field) { field.focus(); event.preventDefault(); }
    } else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
  });
  const opener = document.querySelector("[data-keys-open]");
  if (opener && help) {
    opener.hidden = false;
    opener.addEventListener("click", () => help.showModal());
  }
})();
