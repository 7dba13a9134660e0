// Search over all pages. The index is a script that sets a global, so it loads from file:// as well as from a server.
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

  var loading = false;
  function load() {
    if (loading) return;
    loading = true;
    var script = document.createElement("script");
    script.src = root + "/site_libs/bistand/sokindex.js";
    script.onload = search;
    document.head.appendChild(script);
  }

  function fold(text) {
    return text.toLocaleLowerCase("sv");
  }

  function score(words, title, heading, text) {
    var total = 0;
    for (var i = 0; i < words.length; i++) {
      var word = words[i];
      var points = (title.includes(word) ? 8 : 0) + (heading.includes(word) ? 5 : 0) + (text.includes(word) ? 1 : 0);
      if (!points) return 0;
      total += points;
    }
    return total;
  }

  function find(words) {
    var hits = [];
    (window.bistandSokindex || []).forEach(function (page) {
      var title = fold(page.t + " " + page.g);
      var best = null;
      page.s.concat(page.s.length ? [] : [["", "", ""]]).forEach(function (part) {
        var points = score(words, title, fold(part[0]), fold(part[2]));
        if (points && (!best || points > best.points)) best = { points: points, page: page, part: part };
      });
      if (best) hits.push(best);
    });
    return hits.sort(function (a, b) {
      return b.points - a.points || a.page.u.localeCompare(b.page.u);
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
      var item = document.createElement("li");
      var link = document.createElement("a");
      link.href = root + "/" + hit.page.u + (hit.part[1] ? "#" + encodeURIComponent(hit.part[1]) : "");
      var title = document.createElement("strong");
      title.textContent = (hit.page.g ? hit.page.g + ": " : "") + hit.page.t;
      link.appendChild(title);
      var text = document.createElement("span");
      appendMarked(text, (hit.part[0] ? hit.part[0] + " \u2013 " : "") + snippet(hit.part[2], words), words);
      link.appendChild(text);
      item.appendChild(link);
      list.appendChild(item);
    });
    status.textContent = hits.length === 0 ? "Inga träffar." : hits.length === 1 ? "1 träff." : hits.length + " träffar" + (hits.length > limit ? ", de " + limit + " bästa visas." : ".");
    panel.hidden = false;
  }

  function search() {
    var words = fold(field.value).split(/\s+/).filter(function (word) {
      return word.length > 1;
    });
    if (!words.length || !window.bistandSokindex) {
      panel.hidden = true;
      return;
    }
    show(find(words), words);
  }

  function close() {
    panel.hidden = true;
  }

  field.addEventListener("focus", load);
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
