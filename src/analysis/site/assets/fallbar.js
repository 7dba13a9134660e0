// Fold the menus on narrow screens, before they are painted. Without JavaScript they stay open.
(function () {
  "use strict";
  var narrow = window.matchMedia("(max-width: 60rem)");
  function fold() {
    document.querySelectorAll("details.fallbar").forEach(function (part) {
      part.open = !narrow.matches;
    });
  }
  fold();
  narrow.addEventListener("change", fold);
})();
