// Fold the menus on narrow screens, and put folded code away, before they are painted.
// Without JavaScript the menus stay open and the folded code can be opened where it stands.
(function () {
  "use strict";
  document.documentElement.classList.add("kod-dold");
  var narrow = window.matchMedia("(max-width: 60rem)");
  function fold() {
    document.querySelectorAll("details.fallbar").forEach(function (part) {
      part.open = !narrow.matches;
    });
  }
  fold();
  narrow.addEventListener("change", fold);
})();
