-- Quarto kör detta före allt annat när någon skriver ”quarto render” eller ”quarto preview” i projektets rot.
-- Sidorna sätts ihop av körningarnas resultat och finns inte i roten, så här finns ingenting att återge.
io.stderr:write([[

Sidorna återges inte härifrån. Kör ”bistand rapport” (återger med Quarto om det finns),
eller ”bistand sidkallor” och sedan ”quarto preview _sidkallor”. Ingenting är ändrat.

]])
os.exit(1)
