"""From a staged folder of Quarto sources to a published site, with Quarto or the embedded renderer."""
