package account

import (
	"context"
	"slices"

	"fairground/internal/ui/text"
)

// Permission names one thing that staff may do. Every console route asks for one.
type Permission string

// The permissions. "See" is to read, "Edit" to change, "Decide" to rule on somebody's content or request.
const (
	ConsoleSee       Permission = "console.see"       // the "today" page and one's own work; every role
	ListingsSee      Permission = "listings.see"      // any listing in any state
	ListingsEdit     Permission = "listings.edit"     // correct category, attributes, texts; screened again as always
	ListingsDecide   Permission = "listings.decide"   // publish or reject what was held, with a reason
	ListingsFeature  Permission = "listings.feature"  // give one a marked place above the others
	ListingsImport   Permission = "listings.import"   // imports and exports of listings
	NoticesSee       Permission = "notices.see"       // reports from outside
	NoticesDecide    Permission = "notices.decide"    //
	AppealsDecide    Permission = "appeals.decide"    //
	NetworksSee      Permission = "networks.see"      // linked accounts and listings
	HashesSee        Permission = "hashes.see"        // banks of photo hashes and their matches; never a photo
	HashesEdit       Permission = "hashes.edit"       // import lists, add and remove hashes
	EvidenceSee      Permission = "evidence.see"      // what is preserved, without opening it
	EvidenceUnseal   Permission = "evidence.unseal"   // propose or confirm that a package is opened
	DutiesSee        Permission = "duties.see"        // what the law asks and until when
	RulesSee         Permission = "rules.see"         // safety rules and their hits
	RulesEdit        Permission = "rules.edit"        // tighten them; the provider's pack cannot be loosened
	MembersSee       Permission = "members.see"       // accounts of members, masked contacts
	MembersSuspend   Permission = "members.suspend"   //
	RecordsSee       Permission = "records.see"       // persons, businesses, deals, activities
	RecordsEdit      Permission = "records.edit"      //
	RecordsExport    Permission = "records.export"    // take many records away at once
	ConversationsSee Permission = "conversations.see" // a conversation somebody reported, or support was asked into
	CampaignsSee     Permission = "campaigns.see"     //
	CampaignsEdit    Permission = "campaigns.edit"    //
	PaymentsSee      Permission = "payments.see"      // orders, payments, invoices
	PaymentsRefund   Permission = "payments.refund"   //
	LedgerSee        Permission = "ledger.see"        //
	SettingsSee      Permission = "settings.see"      //
	SettingsEdit     Permission = "settings.edit"     //
	StaffSee         Permission = "staff.see"         // who works here, in which role
	StaffEdit        Permission = "staff.edit"        // invite, change roles, suspend
	AuditSee         Permission = "audit.see"         // the change log and its seals
	OperationsSee    Permission = "operations.see"    // jobs, mailbox, health
)

// Role is what somebody on the staff is employed for. It says what they may do and nothing more.
type Role string

// The roles.
const (
	Admin     Role = "admin"
	Safety    Role = "safety"
	Support   Role = "support"
	Sales     Role = "sales"
	Marketing Role = "marketing"
	Finance   Role = "finance"
	Viewer    Role = "viewer"
)

// everything is what an admin may do. A permission missing here is held by nobody; a test compares it with the list
// above.
var everything = []Permission{
	ConsoleSee, ListingsSee, ListingsEdit, ListingsDecide, ListingsFeature, ListingsImport, NoticesSee, NoticesDecide, AppealsDecide,
	NetworksSee, HashesSee, HashesEdit, EvidenceSee, EvidenceUnseal, DutiesSee, RulesSee, RulesEdit,
	MembersSee, MembersSuspend, RecordsSee, RecordsEdit, RecordsExport, ConversationsSee,
	CampaignsSee, CampaignsEdit, PaymentsSee, PaymentsRefund, LedgerSee, SettingsSee, SettingsEdit, StaffSee, StaffEdit,
	AuditSee, OperationsSee,
}

// allowed is the whole of what each role may do. Nobody has more by default, by seniority or by accident.
var allowed = map[Role][]Permission{
	Admin: everything,
	Safety: {ConsoleSee, ListingsSee, ListingsEdit, ListingsDecide, NoticesSee, NoticesDecide, AppealsDecide, NetworksSee,
		HashesSee, HashesEdit, EvidenceSee, EvidenceUnseal, DutiesSee, RulesSee, RulesEdit, MembersSee, MembersSuspend, RecordsSee, ConversationsSee, AuditSee},
	Support: {ConsoleSee, ListingsSee, ListingsEdit, NoticesSee, MembersSee, RecordsSee, RecordsEdit, ConversationsSee,
		PaymentsSee},
	Sales:     {ConsoleSee, ListingsSee, ListingsFeature, MembersSee, RecordsSee, RecordsEdit, PaymentsSee},
	Marketing: {ConsoleSee, ListingsSee, ListingsFeature, RecordsSee, CampaignsSee, CampaignsEdit},
	Finance:   {ConsoleSee, RecordsSee, PaymentsSee, PaymentsRefund, LedgerSee},
	Viewer:    {ConsoleSee, ListingsSee, RecordsSee},
}

// Roles lists the roles, the one that may most first.
func Roles() []Role { return []Role{Admin, Safety, Support, Sales, Marketing, Finance, Viewer} }

// Known reports whether there is such a role.
func (r Role) Known() bool { return slices.Contains(Roles(), r) }

// May reports whether a role includes a permission. An unknown role includes none.
func (r Role) May(p Permission) bool { return slices.Contains(allowed[r], p) }

// Label is the role in the language of the context.
func (r Role) Label(ctx context.Context) string { return text.T(ctx, "account.role."+string(r)) }

// Permissions lists what a role may do.
func (r Role) Permissions() []Permission { return slices.Clone(allowed[r]) }
