"""Which function of core carries out which dangerous act, once a second person approved it.

An area adds a line: the name of its `Act` and the function, which runs in the transaction of the
approval. What lies with the provider is carried out there (`idp.admin.deeds`).
"""

from collections.abc import Mapping

from core.closing import bank_desk, bank_uploads, disputes, evidence, managing, wallet_corrections
from core.staff.approvals import CarryOut
from core.tools import editing

DEEDS: Mapping[str, CarryOut] = {
    bank_desk.BOOK.name: bank_desk.book,
    bank_desk.DISMISS.name: bank_desk.dismiss,
    bank_desk.GIVE_BACK.name: bank_desk.give_back,
    bank_uploads.READ.name: bank_uploads.read,
    disputes.SETTLE.name: disputes.settle,
    evidence.CONFIRM_REPRESENTED.name: evidence.confirm_represented,
    managing.MAKE_MANAGER.name: managing.make_manager,
    wallet_corrections.CORRECT.name: wallet_corrections.correct,
    editing.UNPUBLISH.name: editing.unpublish,
}
