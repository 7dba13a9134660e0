// Sortable and filterable tables. A table with class "sortable" gets buttons in its column headers;
// data-filter="Kolumn|Kolumn" adds a choice per named column. Works from the keyboard and tells what happened.
(function () {
  "use strict";

  var compareText = new Intl.Collator("sv", { numeric: true, sensitivity: "base" }).compare;

  function keyOf(row, column) {
    var cell = row.cells[column];
    if (!cell) return "";
    return cell.dataset.sort !== undefined ? cell.dataset.sort : cell.textContent.trim();
  }

  function numberOf(text) {
    var plain = text.replace(/[\s\u00a0\u202f%]/g, "").replace(/[\u2212\u2013]/g, "-").replace(",", ".");
    return /^[+-]?\d*\.?\d+(e[+-]?\d+)?$/i.test(plain) ? parseFloat(plain) : null;
  }

  function isMissing(text) {
    return text === "" || /^[\u2013\u2014\u2026.\-]+$/.test(text);
  }

  // Missing values stand last in both directions: they are not small numbers.
  function comparer(column, sign) {
    return function (a, b) {
      var left = keyOf(a, column), right = keyOf(b, column);
      var missing = isMissing(left) - isMissing(right);
      if (missing || (isMissing(left) && isMissing(right))) return missing;
      var x = numberOf(left), y = numberOf(right);
      return sign * (x !== null && y !== null ? x - y : compareText(left, right));
    };
  }

  // A register of more rows than this opens with so many; a press shows all, and searching goes through all of them.
  var FIRST = 30, LONG = 60;

  // Hides the rows after the first ones; returns what must be called when order or choice has changed: it tells how many
  // of the rows that fit are shown.
  function shorten(table) {
    var body = table.tBodies[0], button = document.createElement("button"), all = false;
    button.type = "button";
    button.className = "visa-alla";
    function again() {
      var fit = Array.from(body.rows).filter(function (row) { return !row.hidden; });
      fit.forEach(function (row, place) { row.classList.toggle("over", !all && place >= FIRST); });
      button.hidden = all || fit.length <= FIRST;
      button.textContent = "Visa alla " + fit.length + " rader";
      return all ? fit.length : Math.min(fit.length, FIRST);
    }
    button.addEventListener("click", function () {
      var next = body.rows[FIRST];
      all = true;
      table.dispatchEvent(new Event("alla"));
      if (next) { next.cells[0].tabIndex = -1; next.cells[0].focus(); }
    });
    (table.closest(".rulla") || table).insertAdjacentElement("afterend", button);
    return again;
  }

  function liveRegion(table) {
    var region = document.createElement("output");
    region.className = "visually-hidden";
    (table.closest(".rulla") || table).insertAdjacentElement("afterend", region);
    return region;
  }

  function makeSortable(table, say, again) {
    var head = table.tHead && table.tHead.rows[table.tHead.rows.length - 1];
    var body = table.tBodies[0];
    if (!head || !body) return;
    var original = Array.from(body.rows);
    Array.from(head.cells).forEach(function (cell, column) {
      if (cell.tagName !== "TH") return;
      var name = cell.textContent.trim();
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sortera";
      while (cell.firstChild) button.appendChild(cell.firstChild);
      cell.appendChild(button);
      button.addEventListener("click", function () {
        var next = { none: "ascending", ascending: "descending", descending: "none" }[cell.getAttribute("aria-sort") || "none"];
        Array.from(head.cells).forEach(function (other) {
          other.removeAttribute("aria-sort");
        });
        var rows = original;
        if (next !== "none") {
          cell.setAttribute("aria-sort", next);
          rows = original.slice().sort(comparer(column, next === "ascending" ? 1 : -1));
        }
        rows.forEach(function (row) {
          body.appendChild(row);
        });
        if (again) again();
        say(
          next === "none"
            ? "Tabellen står i ursprunglig ordning."
            : "Sorterad efter " + name + ", " + (next === "ascending" ? "stigande." : "fallande.")
        );
      });
    });
  }

  function choice(values, name) {
    var label = document.createElement("label");
    label.textContent = name;
    var select = document.createElement("select");
    [""].concat(values).forEach(function (value) {
      var option = document.createElement("option");
      option.value = value;
      option.textContent = value || "Alla";
      select.appendChild(option);
    });
    label.appendChild(select);
    return label;
  }

  function textField() {
    var label = document.createElement("label");
    label.textContent = "Sök i tabellen";
    var input = document.createElement("input");
    input.type = "search";
    input.autocomplete = "off";
    label.appendChild(input);
    return label;
  }

  function makeFilterable(table, again) {
    var body = table.tBodies[0];
    var head = table.tHead && table.tHead.rows[table.tHead.rows.length - 1];
    if (!head || !body) return;
    var titles = Array.from(head.cells).map(function (cell) {
      return cell.textContent.trim();
    });
    var wanted = (table.dataset.filter || "").split("|").map(function (name) {
      return titles.indexOf(name.trim());
    });
    var rows = Array.from(body.rows);
    var bar = document.createElement("div");
    var caption = table.caption ? table.caption.textContent.trim() : "tabellen";
    bar.className = "tabellval";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Välj rader i " + caption);
    var selects = wanted.filter(function (column) {
      return column >= 0;
    }).map(function (column) {
      var seen = {};
      rows.forEach(function (row) {
        if (row.cells[column]) seen[row.cells[column].textContent.trim()] = true;
      });
      var label = choice(Object.keys(seen).sort(compareText), titles[column]);
      bar.appendChild(label);
      return { column: column, field: label.querySelector("select") };
    });
    var search = textField();
    bar.appendChild(search);
    var count = document.createElement("output");
    bar.appendChild(count);
    function apply() {
      var words = search.querySelector("input").value.toLocaleLowerCase("sv").split(/\s+/).filter(Boolean);
      var shown = 0;
      rows.forEach(function (row) {
        var text = row.textContent.toLocaleLowerCase("sv");
        var fits = words.every(function (word) {
          return text.includes(word);
        }) && selects.every(function (item) {
          return !item.field.value || row.cells[item.column].textContent.trim() === item.field.value;
        });
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      if (again) shown = again();
      count.textContent = "Visar " + shown + " av " + rows.length + " rader.";
    }
    bar.addEventListener("input", apply);
    bar.addEventListener("change", apply);
    table.addEventListener("alla", apply);
    (table.closest(".rulla") || table).insertAdjacentElement("beforebegin", bar);
    apply();
  }

  document.querySelectorAll("main table").forEach(function (table) {
    var long = table.tBodies[0] && table.tBodies[0].rows.length > LONG;
    var again = long ? shorten(table) : null;
    if (long || table.hasAttribute("data-filter")) makeFilterable(table, again);
    if (table.classList.contains("sortable")) {
      var region = liveRegion(table);
      makeSortable(table, function (text) {
        region.textContent = text;
      }, again);
    }
  });

  // A table of steps: a slider over its rows shows one at a time, and says what it says.
  function addSlider(table, number) {
    var rows = Array.from(table.tBodies[0].rows);
    var heads = Array.from(table.tHead.rows[0].cells).map(function (cell) { return cell.textContent.trim(); });
    if (rows.length < 2) return;
    var box = document.createElement("div");
    box.className = "reglage-panel";
    var label = document.createElement("label");
    var input = document.createElement("input");
    input.type = "range";
    input.id = "reglage-" + number;
    input.min = 0;
    input.max = rows.length - 1;
    input.value = 0;
    label.htmlFor = input.id;
    label.textContent = heads[0];
    var told = document.createElement("output");
    told.htmlFor = input.id;
    function show() {
      rows.forEach(function (row, place) { row.hidden = place !== Number(input.value); });
      var cells = Array.from(rows[Number(input.value)].cells).map(function (cell) { return cell.textContent.trim(); });
      input.setAttribute("aria-valuetext", cells[0]);
      told.textContent = heads.map(function (head, place) { return head + ": " + cells[place]; }).join(". ") + ".";
    }
    var all = document.createElement("button");
    all.type = "button";
    all.textContent = "Visa alla rader";
    all.addEventListener("click", function () {
      rows.forEach(function (row) { row.hidden = false; });
    });
    input.addEventListener("input", show);
    box.append(label, input, told, all);
    (table.closest(".rulla") || table).insertAdjacentElement("beforebegin", box);
    show();
    window.addEventListener("beforeprint", function () { all.click(); });
  }
  document.querySelectorAll("table.reglage").forEach(addSlider);
})();
