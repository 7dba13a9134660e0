// Values of a static figure: where the pointer is, or by arrow keys on a slider below it. The figure itself is untouched.
(function () {
  "use strict";
  var kit = window.bistandModul, make = kit.make;

  kit.open("varden", function (place) {
    var content = JSON.parse(place.dataset.varden), figure = document.getElementById(place.dataset.figur);
    var image = figure && figure.querySelector("img"), last = content.text.length - 1;
    if (!image) return;
    var slider = make("input", { type: "range", min: 0, max: last, step: 1, "aria-label": "Läs av figuren: " + place.dataset.namn });
    var said = make("p", { class: "besked", "aria-hidden": "true" });
    var line = make("div", { class: "visare", hidden: "" }), frame = make("div", { class: "avlast" });
    var drawn = image.closest("picture") || image;
    drawn.replaceWith(frame);
    frame.append(drawn, line);

    function positions() {
      return /-telefon\.svg$/.test(image.currentSrc || image.src) ? content.smal : content.bred;
    }

    function tell(n) {
      slider.value = n;
      slider.setAttribute("aria-valuetext", content.text[n]);
      said.textContent = content.text[n];
      line.style.left = 100 * positions()[n] + "%";
    }

    frame.addEventListener("pointermove", function (event) {
      var box = image.getBoundingClientRect(), at = (event.clientX - box.left) / box.width;
      var away = positions().map(function (share) { return Math.abs(share - at); });
      line.hidden = false;
      tell(away.indexOf(Math.min.apply(null, away)));
    });
    slider.addEventListener("input", function () {
      line.hidden = false;
      tell(Number(slider.value));
    });
    place.append(make("label", {}, ["Läs av figuren", slider]), said);
    tell(last);
  });
})();
