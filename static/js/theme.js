// Runs before the first paint: takes the chosen theme, and says that scripts run.
"use strict";
{
  const root = document.documentElement;
  const names = ["auto", "light", "dark"];
  const chosen = () => {
    try {
      return localStorage.getItem("theme") || "auto";
    } catch {
      return "auto";
    }
  };
  const wear = (name) => {
    root.dataset.theme = name;
    for (const label of document.querySelectorAll("[data-theme-name]")) {
      label.textContent = `Theme: ${name}`;
    }
  };

  root.classList.add("js");
  wear(chosen());
  document.addEventListener("DOMContentLoaded", () => wear(chosen()));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const name = names[(names.indexOf(root.dataset.theme) + 1) % names.length];
    try {
      localStorage.setItem("theme", name);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    wear(name);
  });
}
