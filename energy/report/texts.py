"""Every word of the page, as catalogue messages; figures go in by name."""

from __future__ import annotations

from energy.allocation.result import Component
from infra.inventory.errors import N_

TITLE = {"tenant": N_("Energy and carbon per tenant"), "zone": N_("Energy and carbon per cooling zone")}
ILLUSTRATIVE = N_("Illustrative site: what its meters read is made by a model, the grid's carbon series is real.")
PERIOD = N_("From {start} to {end}, end excluded: {count} intervals of 15 minutes")
CLOSING = N_("sum of lines = facility meter: {lines} Wh = {facility} Wh")
RATIO_REFUSED = N_("no ratio: less than 1 kWh of IT energy")

COMPONENTS = {
    Component.DYNAMIC: N_("computing"),
    Component.IDLE: N_("machines at rest"),
    Component.COOLING: N_("cooling"),
    Component.LOSS: N_("electrical losses"),
    Component.BASE: N_("building"),
    Component.CLOSURE: N_("not closed"),
}
COMPONENTS_EXPLAINED = {
    Component.DYNAMIC: N_("what nodes draw above rest, by the CPU and GPU time used"),
    Component.IDLE: N_("what nodes draw at rest, by the cores and GPUs reserved, used or not"),
    Component.COOLING: N_("fans, chillers, pumps and dry coolers of a zone, by the IT energy in the zone"),
    Component.LOSS: N_("transformer, UPS and PDU, by the energy that passes through each"),
    Component.BASE: N_("light, doors, security, by IT energy"),
    Component.CLOSURE: N_("what the facility meter counts and no meter under it explains"),
}

COLUMNS = {
    "name": N_("Line"),
    "it": N_("IT [kWh]"),
    "overhead": N_("Overhead [kWh]"),
    "facility": N_("Total [kWh]"),
    "u": N_("± [%]"),
    "share": N_("Share"),
    "ratio": N_("PUE"),
    "interim_ratio": N_("iPUE"),
    "carbon": N_("kgCO2e"),
}
CARDS = {
    "facility": N_("Facility meter"),
    "it": N_("IT energy at the outlets"),
    "carbon": N_("Carbon, location-based"),
    "unclosed": N_("Not closed"),
}
HEADINGS = {
    "flow": N_("Where each kilowatt-hour went"),
    "lines": N_("Lines that add up to the meter"),
    "parts": N_("What each line is made of [kWh]"),
    "site": N_("The site's ratio, by point of measure"),
    "words": N_("How to read the words"),
    "sources": N_("Sources and method"),
}
CATEGORIES = {1: N_("IT energy at the output of the UPS"), 2: N_("IT energy at the output of the PDUs"),
              3: N_("IT energy at the outlets of the nodes")}
INTERIM = N_("iPUE: interim ratio, from {start} to {end}. A PUE is told over twelve months only (ISO/IEC 30134-2).")
CARBON_SOURCE = N_("Carbon: published by {publisher}, {licence}, register row {id}. Scope: {scope}. "
                   "Mean over the period: {mean} g/kWh. Other gases than CO2 are not in the series.")
# Scopes of the register's rows (carbon/data/*.json): facts in files, marked here for the catalogue.
SCOPES = (N_("direct combustion, production in France; no life cycle, no imports, no network losses"),
          N_("scope 1, release of the fluid"), N_("scope 1, combustion of mineral diesel; no production of the fuel"),
          N_("scope 1, CO2 of combustion of liquefied petroleum gas"),
          N_("scope 1, CH4 and N2O of combustion only; the biogenic CO2 (2.43 kg/L) is outside the scopes"),
          N_("scope 3 category 2"),
          N_("scope 3 category 2, making of the equipment; use and end of life not included"))
CARBON_INTERVALS = N_("Carbon factors by interval: {counts}.")
BRIDGED = N_("Bridged over a counter reset: {list}.")
DECLARED = N_("Declared in the site file, not measured: power of nodes at rest, and the loss or draw of: {elements}.")
METHOD = N_("Method: energy/METHOD.md, version {version}. Energies are whole joules inside and add up exactly; "
            "watt-hours are rounded by largest remainders, so that the printed lines add up too.")
VIRTUAL_EXPLAINED = {
    "_platform": N_("what the platform itself uses and reserves: control plane, monitoring, services, models"),
    "_free": N_("machines at rest that nobody reserved, with their part of overhead"),
    "_residual": N_("what the facility meter counts and no meter under it explains"),
}
FLOW_DESCRIPTION = N_("Flow of energy from the facility meter, {facility} kWh, to what it served, then to the lines "
                      "of the report.")
OTHERS = N_("{count} other lines")

# Words of templates: marked here for the catalogue.
EXPLAINED = (N_("Step by step"), N_("Step"), N_("Why"), N_("Carbon, book by book [kgCO2e]"),
             N_("own line {direct} kWh (\u00b1 {u} %), with its shares {full} kWh"),
             N_("with its shares: {kg} kgCO2e, location-based"))
