// Reviewers read the code, others do not: folded code is away until one button brings all of it.
(function () {
  "use strict";
  function offerCode() {
    var folds = document.querySelectorAll("details.code-fold:not([open])");
    var head = document.getElementById("title-block-header");
    if (!folds.length || !head) return;
    var button = document.createElement("button");
    button.type = "button";
    button.className = "visakod";
    function show(visible) {
      document.documentElement.classList.toggle("kod-dold", !visible);
      folds.forEach(function (fold) {
        fold.open = visible;
      });
      button.setAttribute("aria-expanded", String(visible));
      button.textContent = visible ? "Dölj koden" : "Visa koden bakom sidan";
    }
    button.addEventListener("click", function () {
      show(button.getAttribute("aria-expanded") !== "true");
    });
    show(false);
    // On a phone the answer comes first, and what reviewers need at the foot of the page.
    var narrow = window.matchMedia("(max-width: 40rem)").matches;
    (narrow ? document.querySelector("main") : head).appendChild(button);
  }
  offerCode();
})();
