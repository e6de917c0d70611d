"""What other systems call our fields and events: data for suggested mappings, in no need to be complete.

Words are compared after `CANONICAL` has made one of each family, so phrases here use its words.
"""

from __future__ import annotations

CANONICAL = {
    **dict.fromkeys(
        ("vacancy", "job", "jobs", "requisition", "req", "posting", "opening", "advert", "position", "role"),
        "listing",
    ),
    **dict.fromkeys(("applicant", "candidate", "applications", "applicants", "candidates"), "application"),
    **dict.fromkeys(("ref", "reference", "no", "number", "num", "nr", "code", "key", "identifier"), "id"),
    **dict.fromkeys(("stamp", "datetime"), "timestamp"),
    "dept": "department",
}
# Words that say little by themselves: with or without them, a phrase is nearly the same.
LIGHT = {"listing": 0.4, "application": 0.4}
FILLERS = frozenset(
    ("the", "a", "an", "of", "to", "for", "in", "on", "at", "is", "was", "has", "been", "and")
)
NEGATIONS = frozenset(("not", "never", "without", "nobody", "none"))

# What the columns of a field are called. Last stand names of no field of ours, and names that alone say
# nothing: a column that is as much like one of these is not what another part of its name says.
NO_FIELD, VAGUE = "", "?"
FIELD_PHRASES: dict[str, tuple[str, ...]] = {
    "listing": (
        "listing", "listing id", "listing posting id", "case", "case id", "listing order",
        "listing order id",
    ),
    "application": (
        "application", "application id", "application name", "application full name", "application email",
        "submission id", "person id",
    ),
    "event": (
        "event", "event type", "event name", "activity", "activity name", "activity type", "status",
        "status name", "stage", "stage name", "action", "action type", "step", "step name", "workflow step",
        "new status", "new stage", "to status", "to stage", "state", "transition", "milestone",
        "application status", "application stage", "listing status", "listing stage", "current status",
        "current stage", "what happened", "change",
    ),
    "at": (
        "timestamp", "at", "date", "time", "date time", "when", "changed", "change date", "changed date",
        "event date", "event time", "event timestamp", "event date time", "activity date", "activity time",
        "action date", "action time", "status date", "stage date", "status change date",
        "stage change date", "status changed", "stage changed", "updated", "last updated", "modified",
        "last modified", "created", "created date", "occurred", "happened", "entered", "entered date",
        "moved", "moved date", "logged", "start time", "start timestamp", "completed", "effective date",
        "transition date", "step date",
    ),
    "event_id": (
        "id", "event id", "row id", "record id", "activity id", "action id", "log id", "history id",
        "transaction id", "audit id", "entry id", "uuid", "guid", "unique id", "change id", "transition id",
    ),
    "owner": (
        "recruiter", "recruiter name", "recruiter email", "recruiter id", "owner", "owner name",
        "owner email", "listing owner", "assigned", "assigned user", "assigned recruiter", "assignee",
        "recruiting owner", "responsible", "responsible recruiter", "hiring manager", "resourcer",
        "consultant", "recruitment lead", "lead recruiter", "recruiting coordinator", "talent partner",
    ),
    "actor": (
        "actor", "user", "user name", "user id", "username", "done by", "changed by", "performed by",
        "updated by", "modified by", "created by", "moved by", "entered by", "actioned by", "completed by",
        "triggered by", "author", "who", "resource", "by", "by user",
    ),
    "title": (
        "title", "listing title", "listing name", "listing posting title", "listing description title",
        "listing",
    ),
    "department": (
        "department", "department name", "directorate", "division", "team", "business unit", "unit",
        "org unit", "organisation unit", "organizational unit", "ward", "service", "cost centre",
        "listing department",
    ),
    "role_type": (
        "listing type", "type listing", "employment type", "staff group", "listing family",
        "listing category", "contract type", "occupational group",
    ),
    "urgency": ("urgency", "priority", "listing priority", "urgent"),
    "criticality": ("criticality", "listing criticality", "business critical", "critical"),
    "internal": (
        "internal", "is internal", "internal move", "internal listing", "internal only", "internal external",
    ),
    "closing_date": (
        "closing date", "closes", "closing", "close date", "application deadline", "deadline",
        "application closing date", "listing closing date", "application close", "application due",
        "expiry date", "end date advertising",
    ),
    "first_interview_at": (
        "first interview", "first interview date", "first interview time", "interview start",
        "interview start date", "interview start time", "interviews begin", "interview date",
        "interview time",
    ),
    "last_interview_at": (
        "last interview", "last interview date", "last interview time", "final interview",
        "final interview date", "interview end", "interview end date", "interview end time",
        "interviews end",
    ),
    "note": (
        "note", "notes", "comment", "comments", "remarks", "remark", "free text", "details", "event note",
    ),
    "minutes": (
        "minutes", "mins", "duration minutes", "duration mins", "call minutes", "call duration minutes",
        "length minutes", "talk time minutes",
    ),
    "reply": ("reply", "replied", "has reply", "got reply", "reply received", "application replied"),
    "justification": (
        "justification", "out hours justification", "out hours reason", "late entry justification",
    ),
    NO_FIELD: (
        "location", "site", "city", "country", "region", "address", "postcode", "salary", "grade", "band",
        "hours", "source", "channel", "phone", "telephone", "mobile", "gender", "sex", "age", "ethnicity",
        "religion", "birth date", "date birth", "dob", "nationality", "url", "link", "count", "index",
        "case index", "score", "rating", "rank", "language", "version", "vacancies", "headcount", "fte",
        "level", "tags", "reason", "previous status", "previous stage",
        "old status", "old stage", "from status", "from stage", "start date", "duration", "days open",
        "test", "is test", "sandbox", "environment",
    ),
    VAGUE: ("type", "name", "family", "category", "group", "kind", "class"),
}  # fmt: skip
# The names that XES itself gives (IEEE 1849-2016, its standard extensions), and OCEL.
STANDARD_FIELDS = {
    "case:concept:name": "listing",
    "concept:name": "event",
    "time:timestamp": "at",
    "org:resource": "actor",
    "identity:id": "event_id",
    "ocel:activity": "event",
    "ocel:timestamp": "at",
    "ocel:eid": "event_id",
}
# What OCEL's types of object are called, by our field.
OBJECT_PHRASES: dict[str, tuple[str, ...]] = {
    "listing": ("listing", "listing posting", "listing order"),
    "application": ("application", "application submission", "listing application"),
    "owner": ("recruiter", "owner", "hiring manager"),
    "actor": ("actor", "user", "resource", "employee", "staff"),
}

# Words of activities, one of each family.
EVENT_WORDS = {
    **dict.fromkeys(("posted", "advertised", "live", "publish", "publication"), "published"),
    **dict.fromkeys(("declined", "refused", "denied", "decline"), "rejected"),
    **dict.fromkeys(("extended", "extend", "made", "make", "send", "issued"), "sent"),
    **dict.fromkeys(("closing", "closure", "close", "expired"), "closed"),
    **dict.fromkeys(("booked", "scheduled", "schedule", "organised"), "arranged"),
    **dict.fromkeys(("signed", "countersigned"), "accepted"),
    **dict.fromkeys(("paused", "suspended"), "frozen"),
    **dict.fromkeys(("resumed", "reactivated", "unpaused", "unsuspended"), "unfrozen"),
    **dict.fromkeys(("rescinded", "retracted", "revoked"), "withdrawn"),
    **dict.fromkeys(("scoring", "scored"), "scoring"),
    **dict.fromkeys(("withdrew", "withdraws"), "withdrawn"),
    "canceled": "cancelled",
}
EVENT_FILLERS = frozenset(("went", "go", "goes", "put", "placed", "set", "marked", "by", "from"))
# What else events are called; those that a catalogue does not have are passed over.
EVENT_PHRASES: dict[str, tuple[str, ...]] = {
    "listing_marked_ready": ("ready publish", "listing submitted", "listing ready"),
    "approval_requested": (
        "submitted approval", "sent approval", "approval pending", "pending approval", "awaiting approval",
    ),
    "approval_granted": (
        "approved", "listing approved", "authorised", "approval completed", "approval given",
    ),
    "approval_rejected": ("listing rejected approval", "not approved"),
    "reapproval_requested": ("resubmitted approval", "resubmitted"),
    "listing_published": ("listing published", "published", "listing opened"),
    "listing_closed": ("listing closed", "closed applications"),
    "shortlisting_online_chosen": ("online shortlisting",),
    "shortlisting_offline_chosen": ("offline shortlisting",),
    "scoring_completed": ("scoring finished", "shortlisting scores completed"),
    "shortlist_selected": ("shortlisted", "shortlisting completed", "shortlist agreed"),
    "interviews_arranged": ("interview arranged", "invited interview"),
    "interview_feedback_completed": ("interview feedback submitted", "interview feedback entered"),
    "applicants_selected": ("successful application selected", "preferred application selected"),
    "nobody_selected": ("nobody appointed",),
    "offer_started": ("offer drafted", "offer created", "offer preparation"),
    "offer_sent": ("offer sent", "conditional offer sent"),
    "offer_rejected": ("offer rejected", "offer turned down"),
    "offer_withdrawn": ("offer withdrawn", "offer cancelled"),
    "checks_decided": (
        "checks completed", "checks cleared", "checks passed", "checks finished", "references cleared",
        "employment checks completed", "pre employment checks completed", "pre employment checks cleared",
    ),
    "contract_sent": ("contract sent",),
    "contract_issued_offline": ("contract sent offline", "paper contract sent"),
    "contract_accepted": ("contract accepted", "contract returned"),
    "recruitment_ended": (
        "recruitment ended", "recruitment completed", "recruitment finished", "listing filled",
    ),
    "listing_frozen": ("hold", "listing hold", "listing frozen"),
    "listing_unfrozen": ("off hold", "hold lifted", "hold released", "taken off hold", "hold removed"),
    "listing_cancelled": ("listing cancelled", "listing withdrawn"),
    "application_withdrawn": ("withdrawn", "application withdrawn", "application withdrawn process"),
    "call_made": (
        "call", "phone call", "telephone call", "called", "called application", "phoned application",
        "outbound call", "call logged", "voicemail left",
    ),
    "email_sent": ("email", "emailed", "emailed application", "email sent application", "outbound email"),
    "email_received": (
        "email reply received", "inbound email", "incoming email", "email application received",
    ),
    "candidate_submitted": (
        "submitted hiring manager", "application submitted hiring manager", "sent hiring manager", "cv sent",
        "cv submitted", "put forward", "application put forward", "submittal",
    ),
    "note_added": (
        "note", "notes", "notes added", "note created", "note logged", "note written", "comment added",
        "comment",
    ),
}  # fmt: skip
# What a column of dates means whose name only says what it is about.
MILESTONE_PHRASES: dict[str, tuple[str, ...]] = {
    "approval_requested": ("approval submitted", "submission approval"),
    "approval_granted": ("approval", "approvals"),
    "shortlist_selected": ("shortlisting", "shortlist"),
    "interviews_arranged": ("interview invitation", "interviews arranged"),
    "offer_sent": ("offer", "offer letter"),
    "offer_accepted": ("offer acceptance", "acceptance"),
    "checks_decided": ("checks", "background check", "clearance"),
    "contract_sent": ("contract", "contract letter"),
    "application_withdrawn": ("withdrawal",),
}
MILESTONE_FILLERS = frozenset(("date", "time", "day", "dt", "when", "timestamp"))

# Values and columns that mark a row as made up.
SANDBOX_NAMES = ("test", "is test", "test record", "test data", "sandbox", "dummy", "is sandbox", "is dummy")
SANDBOX_VALUES = frozenset(("test", "sandbox", "dummy", "test data", "test record", "uat"))
SANDBOX_BESIDE = frozenset(("training", "demo"))  # only where one of the others stands too
TRUTHS = frozenset(("yes", "true", "y", "1"))
FALSEHOODS = frozenset(("no", "false", "n", "0"))

# Two words with capitals are a person's name, unless one of them says what somebody does.
OCCUPATIONS = frozenset((
    "administrator", "adviser", "advisor", "analyst", "anaesthetist", "apprentice", "architect",
    "assistant", "associate", "buyer", "carer", "chef", "cleaner", "clerk", "clinician", "consultant",
    "coordinator", "developer", "director", "doctor", "driver", "engineer", "executive", "head", "lead",
    "lecturer", "manager", "midwife", "nurse", "officer", "operator", "partner", "pharmacist",
    "physiotherapist", "porter", "practitioner", "psychologist", "radiographer", "receptionist",
    "registrar", "researcher", "scientist", "secretary", "specialist", "supervisor", "surgeon", "teacher",
    "technician", "therapist", "worker",
))  # fmt: skip
