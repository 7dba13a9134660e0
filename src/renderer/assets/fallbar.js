// Fold the menus on narrow screens, and put folded code away, before they are painted.
// Without JavaScript the menus stay open and the folded code can be opened where it stands.
(function () {
  "use strict";
  document.documentElement.classList.add("kod-dold");
  // The contents list stands beside the text only on wide screens; tables need the room.
  var widths = [
    ["details.fallbar", window.matchMedia("(max-width: 60rem)")],
    [".innehall details.fallbar", window.matchMedia("(max-width: 100rem)")],
  ];
  function fold() {
    widths.forEach(function (pair) {
      document.querySelectorAll(pair[0]).forEach(function (part) {
        part.open = !pair[1].matches;
      });
    });
  }
  fold();
  widths.forEach(function (pair) {
    pair[1].addEventListener("change", fold);
  });
})();
