// The comparison: up to six municipalities, level or index, a target line; the choice lives in the address.
(function () {
  "use strict";
  var kit = window.bistandModul, make = kit.make, number = kit.number, d3 = window.d3;
  var MOST = 6, COLORS = ["#0b5394", "#b3400a", "#1f7a5a", "#7a2f8f", "#8a5a00", "#3d3d3d"];
  var DASHES = ["", "8 3", "2 3", "10 3 2 3", "5 5", "1 0"];
  var SHAPES = ["●", "■", "▲", "◆", "▼", "✚"];

  kit.open("jamfor", function (place) {
    var data = window.bistandSverige, towns = data.kommuner, state = read(), at = null;
    var said = make("output", { class: "besked" }), chips = make("ul", { class: "valda" }), tableFrame = make("div", { class: "rulla", tabindex: "0", role: "group", "aria-label": "Tabell över valda kommuner" });
    var frame = make("div", { class: "duk" }), measures = make("select"), bases = make("select"), limit = make("input", { type: "number", step: "0.1", min: "0" });

    function read() {
      var found = { k: ["0180", "1480", "1280", "0000"], m: data.matt[0].id, v: "niva", b: null, t: null };
      location.hash.replace(/^#/, "").split("&").forEach(function (part) {
        var pair = part.split("="), value = "";
        try { value = decodeURIComponent(pair[1] || ""); } catch (fault) { return; }
        if (pair[0] === "k") found.k = value.split(",").filter(function (code, n, all) { return towns[code] && all.indexOf(code) === n; }).slice(0, MOST);
        if (pair[0] === "m" && data.matt.some(function (item) { return item.id === value; })) found.m = value;
        if (pair[0] === "v" && value === "index") found.v = "index";
        if (pair[0] === "b" && /^\d{4}$/.test(value)) found.b = Number(value);
        if (pair[0] === "t" && value !== "" && isFinite(value.replace(",", "."))) found.t = Number(value.replace(",", "."));
      });
      return found;
    }

    function write() {
      var parts = ["k=" + state.k.join(",")];
      if (state.m !== data.matt[0].id) parts.push("m=" + state.m);
      if (state.v === "index") parts.push("v=index", "b=" + base());
      if (state.t !== null) parts.push("t=" + String(state.t));
      history.replaceState(null, "", "#" + parts.join("&"));
    }

    function measure() {
      return data.matt.filter(function (item) { return item.id === state.m; })[0];
    }

    function base() {
      return measure().ar.indexOf(state.b) < 0 ? measure().ar[0] : state.b;
    }

    // One series a municipality: values as shown, index = 100 in the base year (unknown there: no index).
    function series() {
      var shown = measure(), start = shown.ar.indexOf(base());
      return state.k.map(function (code, n) {
        var raw = shown.varden[code] || shown.ar.map(function () { return null; });
        var values = state.v === "niva" ? raw : raw.map(function (value) {
          return value === null || raw[start] === null ? null : (100 * value) / raw[start];
        });
        return { code: code, name: towns[code][0], values: values, n: n };
      });
    }

    function unit() {
      return state.v === "index" ? "" : " %";
    }

    function digits() {
      return state.v === "index" ? 0 : 2;
    }

    function draw() {
      var shown = measure(), all = series(), width = Math.max(300, Math.min(760, frame.clientWidth || 760)), height = 400;
      var narrow = width < 520, right = narrow ? 14 : 150, size = narrow ? 13 : 14, left = 44;
      var target = state.v === "niva" && state.m === data.matt[0].id ? state.t : null;
      var top = d3.max(all.map(function (one) { return d3.max(one.values.filter(function (v) { return v !== null; })); }).concat([target || 0, 1]));
      var x = d3.scaleLinear().domain(d3.extent(shown.ar)).range([left, width - right]);
      var y = d3.scaleLinear().domain([0, top * 1.06]).nice().range([height - 30, 14]);
      frame.replaceChildren();
      var svg = d3.select(frame).append("svg").attr("viewBox", "0 0 " + width + " " + height).attr("tabindex", 0).attr("role", "application")
        .attr("font-size", size).attr("font-family", "sans-serif")
        .attr("aria-label", "Diagram: " + shown.namn + ", " + all.map(function (one) { return one.name; }).join(", ") + ". Vänster och höger pil går mellan åren; värdena läses upp och står i tabellen.");
      y.ticks(6).forEach(function (tick) {
        svg.append("line").attr("class", "rutnat").attr("x1", left).attr("x2", width - right).attr("y1", y(tick)).attr("y2", y(tick));
      });
      var years = shown.ar.filter(function (year) { return (shown.ar[shown.ar.length - 1] - year) % (narrow ? 4 : 2) === 0; });
      svg.append("g").attr("class", "axel").attr("transform", "translate(0," + (height - 30) + ")").call(d3.axisBottom(x).tickValues(years).tickFormat(String).tickSizeOuter(0)).attr("font-size", size).attr("font-family", null);
      svg.append("g").attr("class", "axel").attr("transform", "translate(" + left + ",0)").call(d3.axisLeft(y).ticks(6).tickFormat(function (v) { return number(v, v % 1 ? 1 : 0) + unit(); })).attr("font-size", size).attr("font-family", null);
      if (target !== null) {
        svg.append("line").attr("class", "mal").attr("x1", left).attr("x2", width - right).attr("y1", y(target)).attr("y2", y(target));
        svg.append("text").attr("class", "mal").attr("x", left + 6).attr("y", y(target) - 5).text("Mål " + number(target, 1) + " %");
      }
      var path = d3.line().defined(function (v) { return v !== null; }).x(function (v, n) { return x(shown.ar[n]); }).y(function (v) { return y(v); });
      var ends = [];
      all.forEach(function (one) {
        svg.append("path").attr("class", "serie").attr("stroke", COLORS[one.n]).attr("stroke-dasharray", DASHES[one.n] || null).attr("d", path(one.values));
        one.values.forEach(function (v, n) {
          var alone = v !== null && (n === 0 || one.values[n - 1] === null) && (n + 1 === one.values.length || one.values[n + 1] === null);
          if (alone) svg.append("circle").attr("cx", x(shown.ar[n])).attr("cy", y(v)).attr("r", 3).attr("fill", COLORS[one.n]);
        });
        var last = one.values.reduce(function (found, v, n) { return v === null ? found : n; }, -1);
        if (last >= 0) ends.push({ one: one, y: y(one.values[last]) });
      });
      if (!narrow) {
        ends.sort(function (a, b) { return a.y - b.y; });
        for (var i = 1; i < ends.length; i++) ends[i].y = Math.max(ends[i].y, ends[i - 1].y + 17);
        ends.forEach(function (end) {
          svg.append("text").attr("x", width - right + 8).attr("y", end.y + 5).attr("font-weight", 650).text(SHAPES[end.one.n] + " " + end.one.name).style("fill", COLORS[end.one.n]);
        });
      }
      var cursor = svg.append("g").attr("aria-hidden", "true");
      function mark(n) {
        at = Math.max(0, Math.min(shown.ar.length - 1, n));
        cursor.selectAll("*").remove();
        cursor.append("line").attr("class", "markor").attr("x1", x(shown.ar[at])).attr("x2", x(shown.ar[at])).attr("y1", 14).attr("y2", height - 30);
        all.forEach(function (one) {
          if (one.values[at] !== null) cursor.append("circle").attr("cx", x(shown.ar[at])).attr("cy", y(one.values[at])).attr("r", 4.5).attr("fill", COLORS[one.n]);
        });
        said.textContent = shown.ar[at] + ": " + all.map(function (one) {
          return one.name + " " + (one.values[at] === null ? "uppgift saknas" : number(one.values[at], digits()) + unit());
        }).join(" · ");
      }
      svg.on("pointermove", function (event) {
        var box = svg.node().getBoundingClientRect();
        var year = Math.round(x.invert(((event.clientX - box.left) * width) / box.width));
        mark(shown.ar.indexOf(Math.max(shown.ar[0], Math.min(shown.ar[shown.ar.length - 1], year))));
      }).on("keydown", function (event) {
        var steps = { ArrowLeft: (at === null ? shown.ar.length : at) - 1, ArrowRight: (at === null ? -1 : at) + 1, Home: 0, End: shown.ar.length - 1 };
        if (!(event.key in steps)) return;
        event.preventDefault();
        mark(steps[event.key]);
      });
      if (at === null || at >= shown.ar.length) at = shown.ar.length - 1;
      if (all.length) mark(at); else said.textContent = "Välj minst en kommun.";
    }

    function rows() {
      var all = series();
      return [["År"].concat(all.map(function (one) { return one.name; }))].concat(measure().ar.map(function (year, n) {
        return [year].concat(all.map(function (one) { return one.values[n]; }));
      }));
    }

    function fillTable() {
      var content = rows(), head = content.shift();
      tableFrame.replaceChildren(make("table", { class: "tabell" }, [
        make("caption", {}, measure().namn + (state.v === "index" ? ", index (" + base() + " = 100)" : ", procent")),
        make("thead", {}, make("tr", {}, head.map(function (text) { return make("th", { scope: "col" }, text); }))),
        make("tbody", {}, content.reverse().map(function (row) {
          return make("tr", {}, row.map(function (value, n) {
            return n ? make("td", { class: "tal" }, number(value, digits())) : make("th", { scope: "row" }, String(value));
          }));
        }))
      ]));
    }

    function fillChips() {
      chips.replaceChildren.apply(chips, state.k.map(function (code, n) {
        var button = make("button", { type: "button", "aria-label": "Ta bort " + towns[code][0] }, "×");
        button.addEventListener("click", function () {
          state.k.splice(n, 1);
          show();
          var next = chips.querySelectorAll("button")[Math.min(n, state.k.length - 1)];
          (next || search.querySelector("input")).focus();
        });
        var key = make("span", { class: "prov", "aria-hidden": "true" }, SHAPES[n]), line = kit.drawn("svg", { viewBox: "0 0 30 10" });
        line.appendChild(kit.drawn("path", { class: "serie", d: "M0 5H30", stroke: COLORS[n], "stroke-dasharray": DASHES[n] || "none" }));
        key.appendChild(line);
        var name = data.sidor[code] ? make("a", { href: data.sidor[code] + ".html" }, towns[code][0]) : make("span", {}, towns[code][0]);
        return make("li", {}, [key, name, button]);
      }));
    }

    function show() {
      kit.choices(measures, data.matt.map(function (item) { return [item.id, item.kort]; }), state.m);
      kit.choices(bases, measure().ar.map(function (year) { return [year, String(year)]; }), base());
      bases.parentNode.hidden = state.v !== "index";
      limit.parentNode.hidden = state.v !== "niva" || state.m !== data.matt[0].id;
      ways.querySelectorAll("input").forEach(function (input) { input.checked = input.value === state.v; });
      limit.value = state.t === null ? "" : state.t;
      fillChips();
      draw();
      fillTable();
      write();
    }

    // The drawing as a file of its own: colours that the style sheet gives are written into it.
    function picture() {
      var svg = frame.querySelector("svg"), copy = svg.cloneNode(true), from = svg.querySelectorAll("*"), to = copy.querySelectorAll("*");
      Array.from(to).forEach(function (element, n) {
        var style = getComputedStyle(from[n]);
        ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-weight"].forEach(function (name) {
          element.setAttribute(name, style.getPropertyValue(name));
        });
      });
      var size = svg.getAttribute("viewBox").split(" ");
      copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
      copy.setAttribute("width", size[2]);
      copy.setAttribute("height", size[3]);
      var ground = kit.drawn("rect", { width: size[2], height: size[3], fill: "#ffffff" });
      copy.insertBefore(ground, copy.firstChild);
      return { text: new XMLSerializer().serializeToString(copy), width: Number(size[2]), height: Number(size[3]) };
    }

    function savePng() {
      var drawn = picture(), image = new Image();
      image.onload = function () {
        var canvas = make("canvas", { width: drawn.width * 2, height: drawn.height * 2 });
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob(function (blob) { kit.save("jamforelse.png", blob); });
      };
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(drawn.text);
    }

    function saveCsv() {
      var text = rows().map(function (row) {
        return row.map(function (value) { return value === null ? "" : String(value).replace(".", ","); }).join(";");
      }).join("\r\n");
      kit.save("jamforelse.csv", new Blob(["\ufeff" + text + "\r\n"], { type: "text/csv" }));
    }

    function button(text, act) {
      var made = make("button", { type: "button" }, text);
      made.addEventListener("click", act);
      return made;
    }

    var search = kit.finder("Lägg till kommun (högst sex)", towns, function (code) {
      if (state.k.indexOf(code) >= 0) said.textContent = towns[code][0] + " är redan med.";
      else if (state.k.length >= MOST) said.textContent = "Sex kommuner är redan valda. Ta bort en först.";
      else {
        state.k.push(code);
        show();
      }
    });
    var ways = make("fieldset", {}, [make("legend", {}, "Visa")].concat([["niva", "Nivå"], ["index", "Index"]].map(function (way) {
      var input = make("input", { type: "radio", name: "jamfor-visa", value: way[0] });
      input.addEventListener("change", function () { state.v = way[0]; show(); });
      return make("label", {}, [input, way[1]]);
    })));
    measures.addEventListener("change", function () { state.m = measures.value; show(); });
    bases.addEventListener("change", function () { state.b = Number(bases.value); show(); });
    limit.addEventListener("change", function () { state.t = limit.value === "" ? null : Number(limit.value); show(); });
    place.appendChild(make("div", { class: "panel", role: "group", "aria-label": "Välj vad diagrammet visar" }, [
      search, make("label", {}, ["Mått", measures]), ways, make("label", {}, ["Basår", bases]), make("label", {}, ["Mål, procent", limit])
    ]));
    place.appendChild(chips);
    place.appendChild(frame);
    place.appendChild(said);
    place.appendChild(make("div", { class: "panel", role: "group", "aria-label": "Ta med" }, [
      button("Ladda ner CSV", saveCsv), button("Ladda ner Excel", function () { kit.save("jamforelse.xlsx", window.bistandXlsx(rows(), "Jämförelse")); }),
      button("Ladda ner bild (PNG)", savePng),
      button("Ladda ner bild (SVG)", function () { kit.save("jamforelse.svg", new Blob([picture().text], { type: "image/svg+xml" })); }),
      button("Kopiera länken", function () {
        if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(function () { said.textContent = "Länken är kopierad."; });
        else said.textContent = "Länken står i adressfältet.";
      })
    ]));
    place.appendChild(tableFrame);
    show();
    window.addEventListener("hashchange", function () {
      if (/^#k=/.test(location.hash)) {
        state = read();
        show();
      }
    });
    var width = frame.clientWidth;
    window.addEventListener("resize", function () {
      if (frame.clientWidth !== width) {
        width = frame.clientWidth;
        draw();
      }
    });
  });
})();
