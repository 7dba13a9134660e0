// What the interactive parts share: their place, their data, Swedish numbers, and small builders.
window.bistandModul = (function () {
  "use strict";

  // Calls start(place, spare) for the place of a module once its data scripts have loaded. A script that fails leaves
  // the static figure standing.
  function open(name, start) {
    document.querySelectorAll('[data-modul="' + name + '"]').forEach(function (place) {
      var left = place.dataset.skript.split(" ").filter(Boolean);
      var spare = place.nextElementSibling;
      (function next() {
        if (!left.length) {
          start(place);
          if (spare && spare.classList.contains("modul-reserv")) spare.classList.add("ersatt");
          return;
        }
        var script = document.createElement("script");
        script.src = left.shift();
        script.onload = next;
        document.head.appendChild(script);
      })();
    });
  }

  function make(tag, attributes, children) {
    var element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (key) {
      element.setAttribute(key, attributes[key]);
    });
    [].concat(children === undefined ? [] : children).forEach(function (child) {
      element.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    });
    return element;
  }

  function drawn(tag, attributes) {
    var element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.keys(attributes || {}).forEach(function (key) {
      element.setAttribute(key, attributes[key]);
    });
    return element;
  }

  function number(value, digits) {
    if (value === null || value === undefined || !isFinite(value)) return "–";
    return value.toFixed(digits === undefined ? 2 : digits).replace(".", ",").replace("-", "\u2212");
  }

  function choices(select, options, chosen) {
    select.replaceChildren.apply(select, options.map(function (option) {
      var item = make("option", { value: option[0] }, option[1]);
      item.selected = String(option[0]) === String(chosen);
      return item;
    }));
  }

  // A field where a municipality is found by name; given(code) is told when one is.
  var lists = 0;
  function finder(label, towns, given) {
    var id = "kommunlista-" + (lists += 1);
    var field = make("input", { list: id, autocomplete: "off", spellcheck: "false" });
    var byName = {};
    var list = make("datalist", { id: id }, Object.keys(towns).sort(function (a, b) {
      return towns[a][0].localeCompare(towns[b][0], "sv");
    }).map(function (code) {
      byName[towns[code][0].toLocaleLowerCase("sv")] = code;
      byName[code] = code;
      return make("option", { value: towns[code][0] });
    }));
    function look() {
      var code = byName[field.value.trim().toLocaleLowerCase("sv")];
      if (!code) return false;
      field.value = "";
      given(code);
      return true;
    }
    field.addEventListener("change", look);
    field.addEventListener("keydown", function (event) {
      if (event.key === "Enter") look();
    });
    return make("label", {}, [label, field, list]);
  }

  function save(name, blob) {
    var link = make("a", { download: name, href: URL.createObjectURL(blob) });
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () {
      URL.revokeObjectURL(link.href);
    }, 1000);
  }

  return { open: open, make: make, drawn: drawn, number: number, choices: choices, finder: finder, save: save };
})();
