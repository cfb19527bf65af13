"""What lists and columns of the registers are called; source strings, translated where they are shown.

Kinds are data and have names of their own; these few words are common to the registers.
"""

from collections.abc import Mapping

from core.infra.messages import N_

LISTS: Mapping[str, str] = {"tableau": N_("list of holders"), "trainees": N_("list of trainees")}
COLUMNS: Mapping[str, str] = {"intermediary": N_("column of intermediaries"), "syndic": N_("column of syndics")}
