// Search over all pages. The index is in pieces; each is a script, so it loads from file:// as well as from a server.
(function () {
  "use strict";

  var box = document.querySelector("[data-cm=search]");
  if (!box) return;
  var field = box.querySelector("input");
  var root = document.body.dataset.rot || ".";
  var limit = 12;
  var panel = document.createElement("div");
  var status = document.createElement("p");
  var list = document.createElement("ul");
  panel.className = "sokresultat";
  panel.hidden = true;
  status.setAttribute("role", "status");
  panel.appendChild(status);
  panel.appendChild(list);
  box.appendChild(panel);
  box.hidden = false;

  // What has come: the index, where words stand by piece, and texts by page. Scripts are loaded once, when they are needed.
  var index = null, size = 0, vocabulary = [], first = [], owner = [], pieces = [], texts = [], asked = {}, turn = 0;
  window.bistandSok = {
    index: function (count, content) {
      size = count;
      index = content;
      vocabulary = content.ord ? content.ord.split(" ") : [];
      content.sidor.forEach(function (page, number) {
        first.push(owner.length);
        for (var i = 0; i < page[3]; i++) owner.push(number);
      });
    },
    ord: function (number, content) {
      pieces[number] = content;
    },
    text: function (number, content) {
      texts[number] = content;
    },
  };

  function load(names, then) {
    var left = names.length;
    function done() {
      left -= 1;
      if (left <= 0) then();
    }
    if (!left) then();
    names.forEach(function (name) {
      var known = asked[name];
      if (known === true) return done();
      if (known) return known.push(done);
      asked[name] = [done];
      var script = document.createElement("script");
      script.src = root + "/site_libs/bistand/" + name + ".js";
      script.onload = script.onerror = function () {
        var waiting = asked[name];
        asked[name] = true;
        waiting.forEach(function (call) {
          call();
        });
      };
      document.head.appendChild(script);
    });
  }

  function fold(text) {
    return text.toLocaleLowerCase("sv");
  }

  // By part of the site: 1 if any of the words stands in its text, plus 2 if in its heading.
  function points(matches) {
    var found = new Map();
    matches.forEach(function (word) {
      var place = 0;
      ((pieces[Math.floor(word / size)] || [])[word % size] || []).forEach(function (step) {
        place += step;
        found.set(place >> 1, (found.get(place >> 1) || 0) | (place % 2 ? 2 : 1));
      });
    });
    return found;
  }

  function find(words, matches) {
    var places = matches.map(points), best = new Map(), hits = [];
    var titles = index.sidor.map(function (page) {
      var title = fold(page[1] + " " + page[2]);
      return words.map(function (word) {
        return title.includes(word) ? 8 : 0;
      });
    });
    function consider(page, part, found) {
      var total = 0;
      for (var i = 0; i < words.length; i++) {
        var where = (found && places[i].get(found.part)) || 0;
        var one = titles[page][i] + (where & 2 ? 5 : 0) + (where & 1);
        if (!one) return;
        total += one;
      }
      var before = best.get(page);
      if (!before || total > before.points || (total === before.points && part < before.part)) {
        best.set(page, { points: total, page: page, part: part });
      }
    }
    places.forEach(function (found) {
      found.forEach(function (_, part) {
        consider(owner[part], part - first[owner[part]], { part: part });
      });
    });
    titles.forEach(function (title, page) {
      if (!best.has(page)) consider(page, 0, null);
    });
    best.forEach(function (hit) {
      hits.push(hit);
    });
    return hits.sort(function (a, b) {
      return b.points - a.points || index.sidor[a.page][0].localeCompare(index.sidor[b.page][0]);
    });
  }

  function appendMarked(parent, text, words) {
    var low = fold(text), at = 0;
    while (at < text.length) {
      var next = -1, length = 0;
      words.forEach(function (word) {
        var place = low.indexOf(word, at);
        if (place >= 0 && (next < 0 || place < next)) {
          next = place;
          length = word.length;
        }
      });
      if (next < 0) break;
      parent.appendChild(document.createTextNode(text.slice(at, next)));
      var mark = document.createElement("mark");
      mark.textContent = text.slice(next, next + length);
      parent.appendChild(mark);
      at = next + length;
    }
    parent.appendChild(document.createTextNode(text.slice(at)));
  }

  function snippet(text, words) {
    var place = fold(text).indexOf(words[0]);
    var start = place > 60 ? text.indexOf(" ", place - 60) + 1 : 0;
    return (start ? "\u2026 " : "") + text.slice(start, start + 150) + (text.length > start + 150 ? " \u2026" : "");
  }

  function show(hits, words) {
    list.textContent = "";
    hits.slice(0, limit).forEach(function (hit) {
      var page = index.sidor[hit.page];
      var item = document.createElement("li");
      var link = document.createElement("a");
      var part = (texts[hit.page] || [])[hit.part] || ["", "", ""];
      link.href = root + "/" + page[0] + (part[1] ? "#" + encodeURIComponent(part[1]) : "");
      var title = document.createElement("strong");
      title.textContent = (page[2] ? page[2] + ": " : "") + page[1];
      link.appendChild(title);
      var text = document.createElement("span");
      appendMarked(text, (part[0] ? part[0] + " \u2013 " : "") + snippet(part[2], words), words);
      link.appendChild(text);
      item.appendChild(link);
      list.appendChild(item);
    });
    status.textContent = hits.length === 0 ? "Inga träffar." : hits.length === 1 ? "1 träff." : hits.length + " träffar" + (hits.length > limit ? ", de " + limit + " bästa visas." : ".");
    panel.hidden = false;
  }

  function search() {
    var mine = ++turn;
    var words = (fold(field.value).match(/[\p{L}\p{N}_]{2,}/gu) || []);
    if (!words.length) {
      panel.hidden = true;
      return;
    }
    load(["sokindex"], function () {
      if (!index || mine !== turn) return;
      var needed = new Set();
      var matches = words.map(function (word) {
        var found = [];
        vocabulary.forEach(function (known, place) {
          if (word.length < 3 ? known.startsWith(word) : known.includes(word)) {
            found.push(place);
            needed.add("sok/o" + Math.floor(place / size));
          }
        });
        return found;
      });
      load(Array.from(needed), function () {
        if (mine !== turn) return;
        var hits = find(words, matches);
        var shown = hits.slice(0, limit).filter(function (hit) {
          return index.sidor[hit.page][3];
        });
        load(shown.map(function (hit) {
          return "sok/t" + hit.page;
        }), function () {
          if (mine === turn) show(hits, words);
        });
      });
    });
  }

  function close() {
    turn += 1;
    panel.hidden = true;
  }

  field.addEventListener("focus", function () {
    load(["sokindex"], function () {});
  });
  field.addEventListener("input", search);
  box.addEventListener("keydown", function (event) {
    var links = Array.from(list.querySelectorAll("a"));
    var place = links.indexOf(document.activeElement);
    if (event.key === "Escape") {
      close();
      field.focus();
    } else if (event.key === "ArrowDown" && !panel.hidden && links.length) {
      event.preventDefault();
      links[Math.min(place + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && place >= 0) {
      event.preventDefault();
      (place === 0 ? field : links[place - 1]).focus();
    } else if (event.key === "Enter" && document.activeElement === field && links.length) {
      window.location.href = links[0].href;
    }
  });
  document.addEventListener("click", function (event) {
    if (!box.contains(event.target)) close();
  });
  box.addEventListener("focusout", function (event) {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) close();
  });
})();
