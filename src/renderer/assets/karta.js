// The map: another year, another measure, a municipality by name, by pointer or by arrow keys.
(function () {
  "use strict";
  var kit = window.bistandModul, make = kit.make, drawn = kit.drawn, number = kit.number;

  kit.open("karta", function (place) {
    var data = window.bistandSverige, shapes = window.bistandKarta, towns = data.kommuner;
    var codes = Object.keys(shapes.former), measure = data.matt[0], year = measure.ar[measure.ar.length - 1], chosen = null;
    var measures = make("select"), years = make("select"), key = make("ul", { class: "nyckel" });
    var said = make("output", { class: "besked" });
    var map = drawn("svg", {
      viewBox: "0 0 " + shapes.bredd + " " + shapes.hojd, tabindex: "0", role: "application",
      "aria-label": "Karta över kommunerna. Piltangenterna går till nästa kommun, Enter öppnar dess sida."
    });
    var paths = {}, middle = {};
    codes.forEach(function (code) {
      paths[code] = drawn("path", { d: shapes.former[code] });
      map.appendChild(paths[code]);
      ["pointerenter", "click"].forEach(function (event) {
        paths[code].addEventListener(event, function () { choose(code); });
      });
    });

    function valueOf(code) {
      var values = measure.varden[code];
      return values ? values[measure.ar.indexOf(year)] : null;
    }

    function paint() {
      var limits = measure.granser;
      codes.forEach(function (code) {
        var value = valueOf(code);
        var level = limits.filter(function (limit) { return value >= limit; }).length;
        paths[code].setAttribute("class", (value === null ? "kx" : "k" + level) + (code === chosen ? " vald" : ""));
      });
      var texts = ["under " + number(limits[0], 1)].concat(limits.map(function (limit, step) {
        return step + 1 < limits.length ? number(limit, 1) + "–" + number(limits[step + 1], 1) : number(limit, 1) + " eller mer";
      }));
      key.replaceChildren.apply(key, texts.concat(["uppgift saknas"]).map(function (text, step) {
        var box = drawn("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" });
        box.appendChild(drawn("rect", { width: 10, height: 10, class: step < texts.length ? "k" + step : "kx" }));
        return make("li", {}, [box, text + (step < texts.length ? " %" : "")]);
      }));
      tell();
    }

    function tell() {
      said.replaceChildren();
      if (!chosen) {
        said.textContent = "Peka på en kommun, sök efter den eller gå med piltangenterna.";
        return;
      }
      var value = valueOf(chosen), known = codes.map(valueOf).filter(function (v) { return v !== null; });
      var lower = known.filter(function (v) { return v < value; }).length;
      said.appendChild(make("strong", {}, towns[chosen][0]));
      said.appendChild(document.createTextNode(", " + towns[chosen][1] + ": " + (value === null ? "uppgift saknas för " + year + ". "
        : number(value) + " % " + year + ", plats " + (lower + 1) + " av " + known.length + " (1 är lägst). ")));
      said.appendChild(make("a", { href: data.sidor[chosen] + ".html" }, "Till " + towns[chosen][0]));
      said.appendChild(document.createTextNode(" · "));
      said.appendChild(make("a", { href: "jamfor.html#k=" + chosen + ",0000" }, "Jämför"));
    }

    function choose(code) {
      if (chosen) paths[chosen].classList.remove("vald");
      chosen = code;
      paths[code].classList.add("vald");
      map.appendChild(paths[code]);
      tell();
    }

    function centre(code) {
      if (!middle[code]) {
        var box = paths[code].getBBox();
        middle[code] = [box.x + box.width / 2, box.y + box.height / 2];
      }
      return middle[code];
    }

    // The nearest municipality whose middle lies in the direction of the key.
    function step(x, y) {
      if (!chosen) return choose("0180");
      var from = centre(chosen), best = null, least = Infinity;
      codes.forEach(function (code) {
        var to = centre(code), along = (to[0] - from[0]) * x + (to[1] - from[1]) * y;
        var across = Math.abs((to[0] - from[0]) * y) + Math.abs((to[1] - from[1]) * x);
        if (code !== chosen && along > 0 && along >= across && along + 2 * across < least) {
          least = along + 2 * across;
          best = code;
        }
      });
      if (best) choose(best);
    }

    map.addEventListener("keydown", function (event) {
      var way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (way) {
        event.preventDefault();
        step(way[0], way[1]);
      } else if (event.key === "Enter" && chosen) {
        location.href = data.sidor[chosen] + ".html";
      }
    });
    kit.choices(measures, data.matt.map(function (item) { return [item.id, item.kort]; }), measure.id);
    function fillYears() {
      kit.choices(years, measure.ar.slice().reverse().map(function (item) { return [item, String(item)]; }), year);
    }
    measures.addEventListener("change", function () {
      measure = data.matt.filter(function (item) { return item.id === measures.value; })[0];
      if (measure.ar.indexOf(year) < 0) year = measure.ar[measure.ar.length - 1];
      fillYears();
      paint();
    });
    years.addEventListener("change", function () {
      year = Number(years.value);
      paint();
    });
    var frame = make("div", { class: "duk karta" });
    frame.appendChild(map);
    place.appendChild(make("div", { class: "panel", role: "group", "aria-label": "Välj vad kartan visar" }, [
      make("label", {}, ["Mått", measures]), make("label", {}, ["År", years]), kit.finder("Sök kommun", towns, function (code) {
        if (paths[code]) choose(code);
      })
    ]));
    place.appendChild(said);
    place.appendChild(frame);
    place.appendChild(key);
    fillYears();
    paint();
  });
})();
