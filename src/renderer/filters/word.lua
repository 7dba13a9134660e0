-- Run as `pandoc lua word.lua`: several notebooks become one Word document. JSON in on stdin, JSON out on stdout.
-- In:  {"title", "subtitle", "facts": [[name, value]], "reference", "out", "parts": [{"title", "markdown", "folder", "own"}]}
-- Pictures that a part does not own are read from its folder.

local folder = arg[0]:match('^(.*)[/\\][^/\\]*$') or '.'
package.path = folder .. '/?.lua;' .. package.path
local content = require 'content'

local function cell(text) return pandoc.Cell { pandoc.Plain { pandoc.Str(text) } } end

local function facts_table(facts)
  local rows = pandoc.List {}
  for _, fact in ipairs(facts) do rows:insert(pandoc.Row { cell(fact[1]), cell(fact[2]) }) end
  local head = pandoc.TableHead { pandoc.Row { cell 'Uppgift', cell 'Värde' } }
  local body = { attr = pandoc.Attr(), body = rows, head = {}, row_head_columns = 1 }
  local columns = { { pandoc.AlignLeft, 0.34 }, { pandoc.AlignLeft, 0.66 } }
  return pandoc.Table({ long = {} }, columns, head, { body }, pandoc.TableFoot {})
end

local LINE = 80 -- characters of a table's text on one line of the page, the heads' bold ones and the cells' margins counted

local function longest_word(text)
  local longest = 0
  for word in text:gmatch('%S+') do longest = math.max(longest, utf8.len(word) or #word) end
  return longest
end

-- Every column gets room for its longest word (very long ones may break), its head's words too; what is left of the line goes
-- where the body's long texts are: heads are short enough to wrap.
local function share(least, wish)
  local used, wanted = 0, 0
  for i = 1, #least do
    used = used + least[i]
    wanted = wanted + math.max(0, wish[i] - least[i])
  end
  local room = math.max(0, math.min(LINE - used, wanted))
  local widths = {}
  for i = 1, #least do
    local more = wanted > 0 and room * math.max(0, wish[i] - least[i]) / wanted or 0
    widths[i] = (least[i] + more) / math.max(LINE, used)
  end
  return widths
end

local function set_widths(tbl)
  local least, wish = {}, {}
  for i = 1, #tbl.colspecs do least[i], wish[i] = 4, 4 end
  local function row(r, head)
    local column = 1
    for _, cell_ in ipairs(r.cells) do
      if cell_.col_span == 1 and least[column] then
        local text = pandoc.utils.stringify(cell_.contents)
        least[column] = math.max(least[column], math.min(longest_word(text), 15) + (head and 5 or 3))
        if not head then wish[column] = math.max(wish[column], math.min((utf8.len(text) or #text) + 4, 90)) end
      end
      column = column + cell_.col_span
    end
  end
  for _, r in ipairs(tbl.head.rows) do row(r, true) end
  for _, body in ipairs(tbl.bodies) do
    for _, r in ipairs(body.body) do row(r) end
  end
  local specs, widths = tbl.colspecs, share(least, wish)
  for i = 1, #specs do specs[i] = { specs[i][1], widths[i] } end
  tbl.colspecs = specs
  return tbl
end

local function exists(path)
  local file = io.open(path, 'rb')
  if file then file:close() end
  return file ~= nil
end

-- Word shows no SVG: take the PNG beside it.
local function as_png(src)
  if not src:match('%.svg$') then return src end
  local png = src:gsub('%.svg$', '.png')
  if not exists(png) then
    io.write(pandoc.json.encode { missing = src })
    os.exit(0, true)
  end
  return png
end

local function part_blocks(part, count)
  local doc = content.read(part.markdown, { word = true, count = count })
  doc = doc:walk {
    Image = function(image)
      if image.src:sub(1, #part.own) ~= part.own then image.src = part.folder .. '/' .. image.src end
      image.src = as_png(image.src)
      return image
    end,
    Table = set_widths,
    -- headings of different parts may be alike; nothing in the document refers to their ids
    Header = function(header)
      header.identifier = ''
      return header
    end,
  }
  local title = pandoc.utils.blocks_to_inlines(pandoc.read(part.title, 'markdown').blocks)
  local blocks = pandoc.Blocks { pandoc.Header(1, title) }
  blocks:extend(doc.blocks)
  return blocks
end

local job = pandoc.json.decode(io.read('a'), false)
local blocks = pandoc.Blocks {}
if #job.facts > 0 then blocks:insert(facts_table(job.facts)) end
local count = { fig = 0, tbl = 0, eq = 0 }
local page_break = pandoc.RawBlock('openxml',
  '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr><w:r><w:br w:type="page"/></w:r></w:p>')
for number, part in ipairs(job.parts) do
  if job.breaks and number > 1 then blocks:insert(page_break) end
  blocks:extend(part_blocks(part, count))
end
local meta = { title = pandoc.Inlines(job.title), lang = 'sv-SE' }
if job.subtitle then meta.subtitle = pandoc.Inlines(job.subtitle) end
local document = pandoc.Pandoc(blocks, pandoc.Meta(meta))
local data = pandoc.write(document, 'docx', pandoc.WriterOptions { reference_doc = job.reference })
local file = assert(io.open(job.out, 'wb'))
file:write(data)
file:close()
io.write(pandoc.json.encode { figures = count.fig, tables = count.tbl })
