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

local function part_blocks(part, count)
  local doc = pandoc.read(part.markdown, 'markdown')
  doc = content.process(doc, { word = true, count = count })
  doc = doc:walk {
    Image = function(image)
      if image.src:sub(1, #part.own) ~= part.own then image.src = part.folder .. '/' .. image.src end
      return image
    end,
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
for _, part in ipairs(job.parts) do blocks:extend(part_blocks(part, count)) end
local meta = { title = pandoc.Inlines(job.title), lang = 'sv-SE' }
if job.subtitle then meta.subtitle = pandoc.Inlines(job.subtitle) end
local document = pandoc.Pandoc(blocks, pandoc.Meta(meta))
local data = pandoc.write(document, 'docx', pandoc.WriterOptions { reference_doc = job.reference })
local file = assert(io.open(job.out, 'wb'))
file:write(data)
file:close()
io.write(pandoc.json.encode { figures = count.fig, tables = count.tbl })
