package app

import (
	"context"

	"fairground/internal/account"
	"fairground/internal/crm"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/trade"
	"fairground/internal/value"
)

// openRecords makes the records of a site: what crm declares, and what other rooms lend.
func openRecords(s *site.Site) *record.Store {
	return record.New(s.DB, record.Config{
		Currency: func() string { return s.Settings().Currency },
		Locale:   func() value.Locale { return s.Settings().Locales[0] },
		Declared: crm.Objects(),
		Owned:    lent(s),
	})
}

// sellersFor are listing's sellers in the words of crm.
func sellersFor(tx *db.Tx, ids []value.ID) ([]crm.SellerFacts, error) {
	found, err := listing.Sellers(tx, ids)
	all := make([]crm.SellerFacts, len(found))
	for i, s := range found {
		all[i] = crm.SellerFacts{
			ID: s.ID, Business: s.Kind == listing.Business, Name: s.Name, Town: s.Town, Since: s.Since, Verified: !s.Verified.IsZero(),
		}
	}
	return all, err
}

// prepare gives a site the objects that this program declares and it does not have yet, and the first views of them.
func (a *App) prepare(ctx context.Context, s *site.Site) error {
	store := a.Rooms(s).Records
	if err := store.Ensure(ctx); err != nil {
		return err
	}
	return crm.AddViews(ctx, store, s.Settings().Locales[0])
}

// lent are the objects whose tables other rooms own. Whoever may not see listings in the console does not see them here.
func lent(s *site.Site) []*record.Object {
	all := listing.Records(s.Settings().Currency)
	for _, o := range all {
		if o.Key != "category" {
			o.Grants = without(account.ListingsSee)
		}
	}
	for _, o := range trade.Records(s.Settings().Currency) {
		o.Grants = without(account.RecordsSee)
		all = append(all, o)
	}
	return append(all, staffRecords())
}

// without grants nothing to the roles that lack a permission.
func without(p account.Permission) []record.Grant {
	var all []record.Grant
	for _, role := range account.Roles() {
		if !role.May(p) {
			all = append(all, record.Grant{Role: string(role)})
		}
	}
	return all
}

// staffRecords are the colleagues that records name as their owners. Addresses are for those who may see the staff.
func staffRecords() *record.Object {
	from := account.LentStaff()
	o := &record.Object{
		Key: crm.Staff, Short: "acc", Labels: record.Names{"en": "Colleague", "de": "Teammitglied"},
		Plural: record.Names{"en": "Staff", "de": "Team"}, Icon: "user", Title: "name",
		Fields: []*record.Field{
			{Key: "name", Type: record.Text, Labels: record.Names{"en": "Name", "de": "Name"}},
			{Key: "role", Type: record.Text, Labels: record.Names{"en": "Role", "de": "Rolle"}},
			{Key: "mail", Type: record.Mail, Labels: record.Names{"en": "E-mail", "de": "E-Mail"}},
		},
		Owned: &record.Owned{Table: from.Table, Key: "id", Created: from.Created, Updated: from.Created, Alive: from.Alive, Log: "account",
			Columns: make(map[string][]string)},
	}
	for key, column := range from.Columns {
		o.Owned.Columns[key] = []string{column}
	}
	for _, role := range account.Roles() {
		if !role.May(account.StaffSee) {
			o.Field("mail").Hidden = append(o.Field("mail").Hidden, string(role))
		}
	}
	return o
}

// askerOf is a member of staff on whose behalf records are read or written. Their permissions say what they may do with
// records at all; the grants of objects narrow it.
func askerOf(id value.ID, role account.Role) record.Asker {
	asker := record.Asker{
		Actor: value.Actor{Kind: value.Staff, ID: id}, Account: id, Role: string(role), Define: role.May(account.SettingsEdit),
	}
	if role.May(account.RecordsSee) {
		asker.Rights = append(asker.Rights, record.See)
	}
	if role.May(account.RecordsEdit) {
		asker.Rights = append(asker.Rights, record.Make, record.Edit, record.Delete)
	}
	if role.May(account.RecordsExport) {
		asker.Rights = append(asker.Rights, record.Export)
	}
	return asker
}
