// A workbook with one sheet, written as the plain zip that it is: rows of texts and numbers, null for an empty cell.
window.bistandXlsx = (function () {
  "use strict";
  var table = [];
  for (var n = 0; n < 256; n++) {
    var c = n;
    for (var k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    table[n] = c >>> 0;
  }

  function checksum(bytes) {
    var crc = 0xffffffff;
    for (var i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
    return (crc ^ 0xffffffff) >>> 0;
  }

  function little(value, size) {
    var out = [];
    for (var i = 0; i < size; i++) out.push((value >>> (8 * i)) & 255);
    return out;
  }

  function zip(files) {
    var parts = [], centre = [], offset = 0, count = 0;
    Object.keys(files).forEach(function (name) {
      var data = new TextEncoder().encode(files[name]), title = new TextEncoder().encode(name);
      var facts = [].concat(little(20, 2), little(0, 2), little(0, 2), little(0, 2), little(33, 2),
        little(checksum(data), 4), little(data.length, 4), little(data.length, 4), little(title.length, 2), little(0, 2));
      var head = new Uint8Array([0x50, 0x4b, 3, 4].concat(facts));
      parts.push(head, title, data);
      centre.push(new Uint8Array([0x50, 0x4b, 1, 2].concat(little(20, 2), facts, little(0, 2), little(0, 2), little(0, 2), little(0, 4), little(offset, 4))), title);
      offset += head.length + title.length + data.length;
      count += 1;
    });
    var size = centre.reduce(function (sum, part) { return sum + part.length; }, 0);
    var end = new Uint8Array([0x50, 0x4b, 5, 6].concat(little(0, 4), little(count, 2), little(count, 2), little(size, 4), little(offset, 4), little(0, 2)));
    return new Blob(parts.concat(centre, [end]), { type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" });
  }

  function escaped(text) {
    return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }

  function workbook(rows, title) {
    var xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
    var main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    var office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    var packaged = "http://schemas.openxmlformats.org/package/2006/";
    var body = rows.map(function (row) {
      return "<row>" + row.map(function (value) {
        if (value === null || value === undefined) return "<c/>";
        return typeof value === "number" ? "<c><v>" + value + "</v></c>" : '<c t="inlineStr"><is><t>' + escaped(value) + "</t></is></c>";
      }).join("") + "</row>";
    }).join("");
    return zip({
      "[Content_Types].xml": xml + '<Types xmlns="' + packaged + 'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
      "_rels/.rels": xml + '<Relationships xmlns="' + packaged + 'relationships"><Relationship Id="r1" Type="' + office + '/officeDocument" Target="xl/workbook.xml"/></Relationships>',
      "xl/workbook.xml": xml + '<workbook xmlns="' + main + '" xmlns:r="' + office + '"><sheets><sheet name="' + escaped(title) + '" sheetId="1" r:id="r1"/></sheets></workbook>',
      "xl/_rels/workbook.xml.rels": xml + '<Relationships xmlns="' + packaged + 'relationships"><Relationship Id="r1" Type="' + office + '/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
      "xl/worksheets/sheet1.xml": xml + '<worksheet xmlns="' + main + '"><sheetData>' + body + "</sheetData></worksheet>"
    });
  }

  return workbook;
})();
