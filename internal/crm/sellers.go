package crm

import (
	"slices"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

// SellerFacts is what everybody sees of a seller.
type SellerFacts struct {
	ID       value.ID
	Business bool
	Name     string
	Town     string
	Since    time.Time
	Verified bool
}

// FindSellers returns the sellers with these ids; package listing knows them.
type FindSellers func(tx *db.Tx, ids []value.ID) ([]SellerFacts, error)

// Sellers returns the reader that gives every new seller a person or a business. Those that staff linked to a seller by
// hand meanwhile are left as they are.
func Sellers(store *record.Store, find FindSellers) *change.Reader {
	return &change.Reader{
		Name: "crm.sellers", Author: author, Action: "crm.welcome",
		Apply: func(tx *db.Tx, rows []change.Row) error {
			var ids []value.ID
			for _, row := range rows {
				if row.Object == Seller && !slices.Contains(ids, row.Record) {
					ids = append(ids, row.Record)
				}
			}
			if len(ids) == 0 {
				return nil
			}
			sellers, err := find(tx, ids)
			if err != nil || len(sellers) == 0 {
				return err
			}
			return welcome(tx, store, sellers)
		},
	}
}

func welcome(tx *db.Tx, store *record.Store, sellers []SellerFacts) error {
	writer, err := store.Writing(tx, record.System("crm"))
	if err != nil {
		return err
	}
	writes := make(map[string][]record.Write)
	for _, s := range sellers {
		object, values := welcomed(s)
		writes[object] = append(writes[object], record.Write{Op: record.DoCreate, Values: values})
	}
	for _, object := range []string{Business, Person} {
		results, err := writer.Batch(object, writes[object], record.BatchOptions{})
		if err != nil {
			return err
		}
		for _, result := range results {
			if result.Err != nil && value.KindOf(result.Err) != value.Conflict { // a conflict is a link made by hand
				return result.Err
			}
		}
	}
	return nil
}

func welcomed(s SellerFacts) (object string, v record.Values) {
	v = record.Values{"name": s.Name, "seller": s.ID}
	if s.Business {
		if s.Town != "" {
			v["place"] = record.PlaceValue{Name: s.Town}
		}
		if s.Verified {
			v["standing"] = "verified"
		}
		return Business, v
	}
	if s.Town != "" {
		v["town"] = s.Town
	}
	v["since"] = record.Day(s.Since.Unix() / (24 * 60 * 60))
	return Person, v
}
