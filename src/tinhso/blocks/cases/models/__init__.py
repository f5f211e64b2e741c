"""Tables of procedures and cases. A case is thin; its steps, parts, parties, clock and time line are rows of their own."""

from tinhso.blocks.cases.models.assignment import AssignmentPolicy, AssignmentRule, AssignmentTurn
from tinhso.blocks.cases.models.cases import ENDED, Case, CaseForm, Channel, Party, Status
from tinhso.blocks.cases.models.changes import Correction, Petition, Reopening, Transfer
from tinhso.blocks.cases.models.clock import Extension, Pause, Reappointment, Supplement
from tinhso.blocks.cases.models.facts import CaseFacts
from tinhso.blocks.cases.models.offers import ProcedureOffer
from tinhso.blocks.cases.models.outcome import CaseInvoice, CasePaper, Rating, ResultReturn
from tinhso.blocks.cases.models.parts import OriginalsReturn, PaperForm, Part, PartFile
from tinhso.blocks.cases.models.places import CaseLink, CasePlace
from tinhso.blocks.cases.models.procedures import Procedure, ProcedureVersion
from tinhso.blocks.cases.models.procedures import _DateRange as _DateRange  # the first migration knows it by this name
from tinhso.blocks.cases.models.routing import Routing
from tinhso.blocks.cases.models.steps import JoinArrival, Stand, Step
from tinhso.blocks.cases.models.trail import CaseAccess, Mention, TimelineEntry
from tinhso.blocks.cases.models.waiting import Opinion, OpinionFile, SubCase, Wait

__all__ = [
    "AssignmentPolicy",
    "AssignmentRule",
    "AssignmentTurn",
    "Case",
    "CaseAccess",
    "CaseFacts",
    "CaseForm",
    "CaseInvoice",
    "CaseLink",
    "CasePaper",
    "CasePlace",
    "Channel",
    "Correction",
    "ENDED",
    "Extension",
    "JoinArrival",
    "Mention",
    "Opinion",
    "OpinionFile",
    "OriginalsReturn",
    "PaperForm",
    "Part",
    "PartFile",
    "Party",
    "Pause",
    "Petition",
    "Procedure",
    "ProcedureOffer",
    "ProcedureVersion",
    "Rating",
    "Reappointment",
    "Reopening",
    "ResultReturn",
    "Routing",
    "Stand",
    "Status",
    "Step",
    "SubCase",
    "Supplement",
    "TimelineEntry",
    "Transfer",
    "Wait",
]
