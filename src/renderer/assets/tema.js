// Light or dark: the system's choice unless the reader has chosen. Loaded first, so that the page never flashes.
(function () {
  "use strict";
  var key = "bistand-tema";
  var root = document.documentElement;

  function stored() {
    try {
      var value = window.localStorage.getItem(key);
      return value === "light" || value === "dark" ? value : null;
    } catch (error) {
      return null; // storage may be closed, as on some file:// pages
    }
  }

  function store(value) {
    try {
      window.localStorage.setItem(key, value);
    } catch (error) {
      // the choice then lasts as long as the page
    }
  }

  function isDark() {
    var chosen = root.getAttribute("data-theme");
    return chosen ? chosen === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
  }

  var chosen = stored();
  if (chosen) root.setAttribute("data-theme", chosen);

  document.addEventListener("DOMContentLoaded", function () {
    var button = document.querySelector(".temaknapp");
    if (!button) return;
    function label() {
      button.textContent = isDark() ? "Ljust läge" : "Mörkt läge";
    }
    button.addEventListener("click", function () {
      var next = isDark() ? "light" : "dark";
      root.setAttribute("data-theme", next);
      store(next);
      label();
    });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
    label();
    button.hidden = false;
  });
})();
