// Explained words: Escape takes the explanation away, it stays inside the window, and folded sections open for print and links.
(function () {
  "use strict";
  var root = document.documentElement;
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") root.classList.add("utan-forklaring");
  });
  function prepare(event) {
    var word = event.target.closest && event.target.closest("a.ord");
    if (!word) return;
    root.classList.remove("utan-forklaring");
    var room = root.clientWidth - word.getBoundingClientRect().left - 352;
    word.style.setProperty("--ord-x", Math.min(0, room) + "px");
  }
  document.addEventListener("pointerover", prepare);
  document.addEventListener("focusin", prepare);

  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("details.mer:not([open])"));
    opened.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (part) { part.open = false; });
  });
  function openTarget() {
    var target = document.querySelector(":target");
    var part = target && target.closest("details.mer");
    if (part) { part.open = true; target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", openTarget);
  openTarget();
})();
