-- Quarto's constructs in the allowed subset (cross-references, floats, callouts, folded code), for HTML and Word.
-- One page in, one changed page out; no state is kept between pages.

local content = {}

local LABELS = { fig = 'Figur', tbl = 'Tabell', eq = 'Ekvation' }
local CALLOUTS = { note = 'Notera', tip = 'Tips', warning = 'Varning', important = 'Viktigt' }
local NBSP = '\u{a0}'

local function kind_of(id)
  local kind = id and id:match('^(%a+)%-.')
  return kind and LABELS[kind] and kind or nil
end

local function html(text) return pandoc.RawBlock('html', text) end

local function escape(text)
  return (text:gsub('&', '&amp;'):gsub('<', '&lt;'):gsub('>', '&gt;'):gsub('"', '&quot;'))
end

local function lone_image(block)
  if (block.t == 'Para' or block.t == 'Plain') and #block.content == 1 and block.content[1].t == 'Image' then
    return block.content[1]
  end
end

-- Numbers: per page and kind, in document order; references may come first. `count` goes on from page to page in Word.
local function number_floats(doc, count, equations)
  local numbers = {}
  local function take(id)
    local kind = kind_of(id)
    if kind and not numbers[id] then
      count[kind] = count[kind] + 1
      numbers[id] = count[kind]
    end
  end
  doc:walk {
    traverse = 'topdown',
    Div = function(div)
      if div.classes:includes('lage-float') then
        take(div.attributes.ref)
        return div, false
      end
    end,
    Figure = function(figure) take(figure.identifier) end,
    Table = function(tbl) take(tbl.identifier) end,
    Para = function(para)
      local image = lone_image(para)
      if image then take(image.identifier) end
    end,
  }
  if equations then doc:walk {
    Inlines = function(inlines)
      for i, inline in ipairs(inlines) do
        if inline.t == 'Str' and i > 1 then
          local before = inlines[i - 1]
          if before.t == 'Space' or before.t == 'SoftBreak' then before = inlines[i - 2] end
          local id = inline.text:match('^{#(eq%-[%w_%-]+)}')
          if id and before and before.t == 'Math' and before.mathtype == 'DisplayMath' then take(id) end
        end
      end
    end,
  } end
  return numbers
end

local function caption_inlines(id, numbers, inlines)
  local out = pandoc.Inlines {}
  local number = id and numbers[id]
  if number then
    out:insert(pandoc.Str(LABELS[kind_of(id)] .. NBSP .. number .. (#inlines > 0 and ':' or '')))
    if #inlines > 0 then out:insert(pandoc.Space()) end
  end
  out:extend(inlines)
  return out
end

-- Alternative text: fig-alt, else the text of the picture.
local function describe_image(image)
  local alt = image.attributes['fig-alt'] or pandoc.utils.stringify(image.caption)
  image.attributes['fig-alt'] = nil
  image.caption = alt ~= '' and pandoc.Inlines { pandoc.Str(alt) } or pandoc.Inlines {}
  return image
end

local function html_float(id, class, caption, blocks)
  local attributes = id and (' id="' .. escape(id) .. '"') or ''
  local out = pandoc.Blocks { html('<figure' .. attributes .. ' class="' .. class .. '">') }
  local text = pandoc.Blocks {}
  if #caption > 0 then
    local caption_id = id and (' id="' .. escape(id) .. '-text"') or ''
    text = pandoc.Blocks { html('<figcaption' .. caption_id .. '>'), pandoc.Plain(caption), html('</figcaption>') }
  end
  if class == 'tabell' then out:extend(text) end
  out:extend(blocks)
  if class ~= 'tabell' then out:extend(text) end
  out:insert(html('</figure>'))
  return out
end

local function word_float(class, caption, blocks)
  local style = class == 'tabell' and 'Table Caption' or 'Image Caption'
  local text = #caption > 0
    and pandoc.Blocks { pandoc.Div({ pandoc.Para(caption) }, { ['custom-style'] = style }) }
    or pandoc.Blocks {}
  local out = pandoc.Blocks {}
  if class == 'tabell' then out:extend(text) end
  out:extend(blocks)
  if class ~= 'tabell' then out:extend(text) end
  return out
end

local function make_float(ctx, id, class, inlines, blocks)
  local caption = caption_inlines(id, ctx.numbers, inlines)
  if ctx.word then return word_float(class, caption, blocks) end
  return html_float(id, class, caption, blocks)
end

local function images_as_plain(blocks)
  return blocks:map(function(block)
    local image = lone_image(block)
    return image and pandoc.Plain { image } or block
  end)
end

local function from_figure(ctx, figure)
  local id = kind_of(figure.identifier) and figure.identifier or nil
  local inlines = pandoc.utils.blocks_to_inlines(figure.caption.long)
  return make_float(ctx, id, 'figur', inlines, images_as_plain(figure.content))
end

local function from_table(ctx, tbl)
  local id = tbl.identifier
  if not kind_of(id) then return nil end
  local inlines = pandoc.utils.blocks_to_inlines(tbl.caption.long)
  tbl.identifier = ''
  tbl.caption = pandoc.Caption {}
  return make_float(ctx, id, 'tabell', inlines, pandoc.Blocks { tbl })
end

local function from_cell_float(ctx, div)
  local id, inlines, blocks = div.attributes.ref, pandoc.Inlines {}, pandoc.Blocks {}
  for _, block in ipairs(div.content) do
    if block.t == 'Div' and block.classes:includes('lage-caption') then
      inlines = pandoc.utils.blocks_to_inlines(block.content)
    else
      blocks:insert(block)
    end
  end
  local class = div.attributes.kind == 'tbl' and 'tabell' or 'figur'
  -- a table's own caption stays with the table; only its place in the numbering is the float's
  return make_float(ctx, id, class, inlines, class == 'figur' and images_as_plain(blocks) or blocks)
end

local function callout_kind(div)
  for _, class in ipairs(div.classes) do
    local kind = class:match('^callout%-(%a+)$')
    if kind and CALLOUTS[kind] then return kind end
  end
end

local function from_callout(ctx, div, kind)
  local title, blocks = nil, pandoc.Blocks {}
  for i, block in ipairs(div.content) do
    if i == 1 and block.t == 'Header' then title = block.content else blocks:insert(block) end
  end
  if not title and div.attributes.title then
    title = pandoc.utils.blocks_to_inlines(pandoc.read(div.attributes.title, 'markdown').blocks)
  end
  local word = CALLOUTS[kind]
  title = title or pandoc.Inlines { pandoc.Str(word) }
  local same = pandoc.utils.stringify(title):lower() == word:lower()
  if ctx.word then
    local head = same and title or pandoc.Inlines { pandoc.Str(word .. ':'), pandoc.Space() } .. title
    local out = pandoc.Blocks { pandoc.Div({ pandoc.Para(head) }, { ['custom-style'] = 'Ruta rubrik' }) }
    out:insert(pandoc.Div(blocks, { ['custom-style'] = 'Ruta' }))
    return out
  end
  local hidden = same and '' or '<span class="visually-hidden">' .. word .. ': </span>'
  local out = pandoc.Blocks {
    html('<div class="callout callout-' .. kind .. '" role="note"><p class="callout-title">' .. hidden),
    pandoc.Plain(title),
    html('</p><div class="callout-body">'),
  }
  out:extend(blocks)
  out:insert(html('</div></div>'))
  return out
end

local function from_code(ctx, code)
  if not code.classes:includes('cell-code') then return nil end
  local fold = code.attributes.fold
  code.attributes.fold = nil
  if ctx.word or not fold or fold == 'false' then return code end
  local open = fold == 'show' and ' open=""' or ''
  return pandoc.Blocks {
    html('<details class="code-fold"' .. open .. '><summary>Kod</summary>'), code, html('</details>'),
  }
end

local function reference(ctx, cite)
  local out = pandoc.Inlines {}
  for _, citation in ipairs(cite.citations) do
    local id = citation.id
    if not kind_of(id) then return nil end
    if #out > 0 then out:extend { pandoc.Str(','), pandoc.Space() } end
    if ctx.numbers[id] then
      local text = LABELS[kind_of(id)] .. NBSP .. ctx.numbers[id]
      local content_ = pandoc.Inlines { pandoc.Str(text) }
      out:insert(ctx.word and pandoc.Span(content_) or pandoc.Link(content_, '#' .. id, '', { class = 'quarto-xref' }))
    else
      out:insert(pandoc.Strong { pandoc.Str('?@' .. id) })
    end
  end
  return out
end

local function equation(ctx, math, id)
  local number = ctx.numbers[id]
  if ctx.word then
    math.text = math.text:gsub('%s+$', '') .. '\\qquad(' .. number .. ')'
    return pandoc.Span({ math }, { id = id })
  end
  local label = pandoc.Span({ pandoc.Str('(' .. number .. ')') }, { class = 'ekvation-nummer' })
  return pandoc.Span({ math, label }, { id = id, class = 'ekvation' })
end

local function number_equations(ctx, inlines)
  local out = pandoc.Inlines {}
  for _, inline in ipairs(inlines) do
    local id, rest = nil, ''
    if inline.t == 'Str' then id, rest = inline.text:match('^{#(eq%-[%w_%-]+)}(.*)$') end
    if id and #out > 0 and (out[#out].t == 'Space' or out[#out].t == 'SoftBreak') and #out > 1
      and out[#out - 1].t == 'Math' then
      out:remove()
    end
    if id and #out > 0 and out[#out].t == 'Math' and out[#out].mathtype == 'DisplayMath' then
      out[#out] = equation(ctx, out[#out], id)
      if rest ~= '' then out:insert(pandoc.Str(rest)) end
    else
      out:insert(inline)
    end
  end
  return out
end

-- Cells with the class of numbers stand to the right in Word too.
local function align_numbers(tbl)
  local function row(r)
    for _, cell in ipairs(r.cells) do
      if cell.classes:includes('tal') or cell.classes:includes('num') then cell.alignment = 'AlignRight' end
    end
  end
  for _, r in ipairs(tbl.head.rows) do row(r) end
  for _, body in ipairs(tbl.bodies) do
    for _, r in ipairs(body.body) do row(r) end
  end
  return tbl
end

-- Word drops raw HTML: read tables and text of it again. The facts table stands on the cover already.
local function reread_html(ctx, raw)
  if not ctx.word or raw.format ~= 'html' then return nil end
  if raw.text:find('<table class="fakta"', 1, true) then return {} end
  local text = raw.text
    :gsub('<style.-</style>', '')
    :gsub('<span class="tal[^"]*">(.-)</span>', '<strong>%1</strong> ')
    :gsub('<span class="not">(.-)</span>', '<span custom-style="Liten text"> (%1)</span>')
  return pandoc.read(text, 'html').blocks:walk { Table = align_numbers }
end

-- Word: no code, no downloads, no links into the site, boxes as styles, no heading over nothing.
local BOXES = { slutsats = 'Slutsats', ['varning-syntetisk'] = 'Varningsruta' }

local function is_local(link) return not link.target:match('^%a[%w+.-]*:') end

-- A paragraph of nothing but links to files of the site, such as "Data (CSV) · Bild (PNG)".
local function only_downloads(block)
  if block.t ~= 'Para' and block.t ~= 'Plain' then return false end
  local links, words = 0, 0
  for _, inline in ipairs(block.content) do
    if inline.t == 'Link' and is_local(inline) and inline.target:match('%.%a+$') then
      links = links + 1
    elseif inline.t ~= 'Space' and inline.t ~= 'SoftBreak' and not (inline.t == 'Str' and not inline.text:match('%w')) then
      words = words + 1
    end
  end
  return links > 0 and words == 0
end

-- Sentences that send the reader to a page of the site say nothing on paper.
local PAGES = { ipynb = true, qmd = true, html = true, docx = true }

local function without_ways_on(para)
  local out, sentence, leads = pandoc.Inlines {}, pandoc.Inlines {}, false
  local function close()
    if not leads then out:extend(sentence) end
    sentence, leads = pandoc.Inlines {}, false
  end
  for i, inline in ipairs(para.content) do
    sentence:insert(inline)
    if inline.t == 'Link' and is_local(inline) and PAGES[inline.target:match('%.(%a+)$') or ''] then leads = true end
    local before = para.content[i - 1]
    local ended = before and pandoc.utils.stringify(before):match('[.!?:]$')
    if ended and (inline.t == 'Space' or inline.t == 'SoftBreak') then close() end
  end
  close()
  return #out > 0 and pandoc.Para(out) or {}
end

local function without_downloads(block) if only_downloads(block) then return {} end end

-- Headings with nothing under them, once code and the facts table are gone.
local function without_empty_sections(blocks)
  local out = pandoc.Blocks {}
  for i = #blocks, 1, -1 do
    local block, next_ = blocks[i], out[1]
    local empty = block.t == 'Header' and (not next_ or (next_.t == 'Header' and next_.level <= block.level))
    if not empty then out:insert(1, block) end
  end
  return out
end

local function for_word(doc)
  doc = doc:walk { Para = without_downloads, Plain = without_downloads }
  doc = doc:walk { Div = function(div) if div.classes:includes('bara-webb') then return {} end end }
  doc = doc:walk { Para = without_ways_on }
  doc = doc:walk {
    CodeBlock = function(code) if code.classes:includes('cell-code') then return {} end end,
    Link = function(link) if is_local(link) then return link.content end end,
    Div = function(div)
      for class, style in pairs(BOXES) do
        if div.classes:includes(class) then return pandoc.Div(div.content, { ['custom-style'] = style }) end
      end
      for _, class in ipairs(div.classes) do
        if class:match('^cell') then return div.content end
      end
    end,
  }
  doc.blocks = without_empty_sections(doc.blocks)
  return doc
end

-- The contents list: headings that are not titles of callouts.
local function contents(doc, depth)
  local list = pandoc.List {}
  local function visit(blocks)
    for _, block in ipairs(blocks) do
      if block.t == 'Header' and block.level >= 2 and block.level <= depth then
        local inlines = block.content:walk { Note = function() return {} end, Link = function(l) return l.content end }
        local text = pandoc.write(pandoc.Pandoc { pandoc.Plain(inlines) }, 'html',
          pandoc.WriterOptions { html_math_method = 'mathml', wrap_text = 'none' })
        list:insert { level = block.level, id = block.identifier, html = text }
      elseif block.t == 'Div' and not callout_kind(block) then
        visit(block.content)
      end
    end
  end
  visit(doc.blocks)
  return list
end

-- Returns a page's document, changed, and its contents list. `options`: word (boolean), toc_depth (number), count (by kind).
-- To walk every run of words is dear, so equations and references are looked for only where the text has their signs.
function content.read(markdown, options)
  local doc = pandoc.read(markdown, 'markdown')
  local equations = markdown:find('{#eq-', 1, true)
  local count = options.count or { fig = 0, tbl = 0, eq = 0 }
  local ctx = { numbers = number_floats(doc, count, equations), word = options.word }
  local list = contents(doc, options.toc_depth or 3)
  doc = doc:walk { RawBlock = function(raw) return reread_html(ctx, raw) end }
  if equations then doc = doc:walk { Inlines = function(inlines) return number_equations(ctx, inlines) end } end
  if markdown:find('@', 1, true) then doc = doc:walk { Cite = function(cite) return reference(ctx, cite) end } end
  doc = doc:walk {
    traverse = 'bottomup',
    Para = function(para)
      local image = lone_image(para)
      if image and kind_of(image.identifier) then
        local id = image.identifier
        image.identifier = ''
        return make_float(ctx, id, 'figur', pandoc.Inlines {}, pandoc.Blocks { pandoc.Plain { image } })
      end
    end,
    Figure = function(figure) return from_figure(ctx, figure) end,
    Table = function(tbl) return from_table(ctx, tbl) end,
    CodeBlock = function(code) return from_code(ctx, code) end,
    Div = function(div)
      if div.classes:includes('lage-float') then return from_cell_float(ctx, div) end
      local kind = callout_kind(div)
      if kind then return from_callout(ctx, div, kind) end
    end,
  }
  doc = doc:walk { Image = describe_image }
  if ctx.word then doc = for_word(doc) end
  return doc, list
end

return content
