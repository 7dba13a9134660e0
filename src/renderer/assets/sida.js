// Small helps on a page: links to headings, scrolling frames, where the reader is in the contents list.
(function () {
  "use strict";

  var status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  document.body.appendChild(status);

  function copy(url) {
    if (!navigator.clipboard) return;
    navigator.clipboard.writeText(url).then(
      function () {
        status.textContent = "Länken är kopierad.";
      },
      function () {
        status.textContent = "Länken står i adressfältet.";
      }
    );
  }

  function linkHeadings() {
    document.querySelectorAll("main :is(h2, h3, h4)[id]").forEach(function (heading) {
      if (heading.closest(".footnotes, .callout, summary")) return;
      var row = document.createElement("div");
      row.className = "rubrikrad";
      heading.replaceWith(row);
      row.appendChild(heading);
      var link = document.createElement("a");
      link.className = "rubriklank";
      link.href = "#" + encodeURIComponent(heading.id);
      link.textContent = "#";
      link.setAttribute("aria-label", "Kopiera länk till " + heading.textContent.trim());
      link.addEventListener("click", function () {
        copy(link.href);
      });
      row.appendChild(link);
    });
  }

  // A frame that does not scroll needs no place in the tab order.
  function watchFrames() {
    var frames = document.querySelectorAll(".rulla, .formel");
    function check(frame) {
      if (frame.scrollWidth > frame.clientWidth + 1) frame.setAttribute("tabindex", "0");
      else frame.removeAttribute("tabindex");
    }
    if (!window.ResizeObserver) return;
    var observer = new ResizeObserver(function (entries) {
      entries.forEach(function (entry) {
        check(entry.target);
      });
    });
    frames.forEach(function (frame) {
      check(frame);
      observer.observe(frame);
    });
  }

  function followReader() {
    var links = {};
    document.querySelectorAll(".innehall a").forEach(function (link) {
      links[decodeURIComponent(link.hash.slice(1))] = link;
    });
    if (!window.IntersectionObserver) return;
    var observer = new IntersectionObserver(
      function (entries) {
        entries.forEach(function (entry) {
          if (!entry.isIntersecting) return;
          Object.keys(links).forEach(function (id) {
            links[id].classList.toggle("har", id === entry.target.id);
          });
        });
      },
      { rootMargin: "0px 0px -70% 0px" }
    );
    Object.keys(links).forEach(function (id) {
      var target = document.getElementById(id);
      if (target) observer.observe(target);
    });
  }

  linkHeadings();
  watchFrames();
  followReader();
  // The wrapped headings moved: go to the one that the address names.
  var target = document.querySelector(":target");
  if (target) target.scrollIntoView();
})();
