"""CadastreFinder, an example tool: cadastral parcels for estate agents and surveyors."""
