-- Run as `pandoc lua batch.lua`: many pages through one process. JSON in on stdin, JSON out on stdout.
-- In:  {"pages": [{"name", "markdown", "toc_depth", "inlines": {key: markdown}}]}
-- Out: {"pages": [{"name", "html", "toc", "inlines": {key: html}, "plain": {key: text}} or {"name", "error"}]}

local folder = arg[0]:match('^(.*)[/\\][^/\\]*$') or '.'
package.path = folder .. '/?.lua;' .. package.path
local content = require 'content'

local function options() return pandoc.WriterOptions { html_math_method = 'mathml', wrap_text = 'none' } end

local function inline_html(text)
  local inlines = pandoc.utils.blocks_to_inlines(pandoc.read(text, 'markdown').blocks)
  return pandoc.write(pandoc.Pandoc { pandoc.Plain(inlines) }, 'html', options()), pandoc.utils.stringify(inlines)
end

local function render(page)
  local doc, toc = content.read(page.markdown, { toc_depth = page.toc_depth })
  local result = { name = page.name, html = pandoc.write(doc, 'html', options()), toc = toc, inlines = {}, plain = {} }
  for key, text in pairs(page.inlines or {}) do
    result.inlines[key], result.plain[key] = inline_html(text)
  end
  return result
end

local job = pandoc.json.decode(io.read('a'), false)
local out = pandoc.List {}
for _, page in ipairs(job.pages) do
  local ok, result = pcall(render, page)
  out:insert(ok and result or { name = page.name, error = tostring(result) })
end
io.write(pandoc.json.encode { pages = out })
