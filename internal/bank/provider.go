package bank

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

// Provider is a list of hashes that somebody else keeps. Access to one needs a contract; Fairground brings none.
type Provider interface {
	Name() string
	Bank() Bank
	// Pull calls page with the rows that came or went since a place, and returns the place to go on from next time. The first place is "".
	Pull(ctx context.Context, place string, page func(rows []Row) error) (next string, err error)
}

// pullAll brings all providers' lists up to date. One that fails does not keep the others from it.
func (d *Desk) pullAll(ctx context.Context, _ job.Claim) error {
	var failed []error
	for _, p := range d.config.Providers {
		if err := d.Pull(ctx, p); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// Pull brings one provider's list up to date. Rows that are wrong are passed over; rows taken back remove the provider's entries, and nobody
// else's. After an error it begins again at the same place; what is there already is not written twice.
func (d *Desk) Pull(ctx context.Context, p Provider) error {
	if p.Bank().number() < 0 || p.Name() == "" {
		return fmt.Errorf("bank.Pull(%q): there is no bank %q, or the provider has no name", p.Name(), p.Bank())
	}
	if err := d.Fresh(ctx); err != nil {
		return err
	}
	place, err := d.place(ctx, p.Name())
	if err != nil {
		return fmt.Errorf("bank.Pull(%s): %w", p.Name(), err)
	}
	next, err := p.Pull(ctx, place, func(rows []Row) error { return d.pulled(ctx, p, rows) })
	if err != nil {
		return fmt.Errorf("bank.Pull(%s): %w", p.Name(), errors.Join(err, d.keepPlace(ctx, p.Name(), place, err)))
	}
	return d.keepPlace(ctx, p.Name(), next, nil)
}

func (d *Desk) pulled(ctx context.Context, p Provider, rows []Row) error {
	if err := d.hasRoom(len(rows)); err != nil {
		return err
	}
	var entries []Entry
	var gone []Row
	actor := value.SystemActor("bank")
	for _, row := range rows {
		switch {
		case row.Removed && (row.PDQ != nil || row.Sha256 != ""):
			gone = append(gone, row)
		case row.Wrong == "" && !row.Removed:
			e := Entry{Bank: p.Bank(), PDQ: row.PDQ, Quality: row.Quality, Sha256: row.Sha256, Source: p.Name(), Reason: row.Reason, Author: actor.String()}
			if e.Reason == "" {
				e.Reason = p.Name()
			}
			entries = append(entries, e)
		}
	}
	if len(entries)+len(gone) == 0 {
		return nil
	}
	return d.config.DB.Write(ctx, actor, "bank.pull", func(tx *db.Tx) error {
		if len(entries) > 0 {
			if _, err := d.put(tx, entries); err != nil {
				return err
			}
		}
		for _, row := range gone {
			if err := d.takeBack(tx, p, row); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *Desk) takeBack(tx *db.Tx, p Provider, row Row) error {
	all, err := sameEntry(tx, Near{Bank: p.Bank(), PDQ: row.PDQ}, row.Sha256)
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.Source != p.Name() {
			continue
		}
		if err := d.Remove(tx, e.ID, "taken back by "+p.Name()); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) place(ctx context.Context, name string) (place string, err error) {
	err = d.config.DB.Read(ctx, func(tx *db.Tx) error {
		err := tx.Row(`
			select place
			from hash_provider
			where name = $1`, name).Scan(&place)
		if value.KindOf(err) == value.NotFound {
			return nil
		}
		return err
	})
	return place, err
}

func (d *Desk) keepPlace(ctx context.Context, name, place string, cause error) error {
	text := ""
	if cause != nil {
		text = clip(cause.Error())
	}
	return d.config.DB.Maintain(ctx, "bank.place", func(tx *db.Tx) error {
		return tx.Keep(`
			insert into hash_provider (name, place, pulled_us, failure)
			values ($1, $2, $3, $4)
			on conflict (name) do update set place = excluded.place, pulled_us = excluded.pulled_us, failure = excluded.failure`,
			name, place, value.Micros(tx.Now()), text)
	})
}

// Exchange is a Provider that speaks the pages of hash exchanges over HTTPS: an object with "data", an array of rows as ReadRows takes
// them, and "paging" with "next", the address of the following page; the last page has none, and is where the next pull begins. Pages are
// on the host of the first one.
type Exchange struct {
	Title   string
	Into    Bank
	Address string       // of the first page
	Key     string       // sent as a bearer token
	Client  *http.Client // an outbound client that reaches no address inside
}

// Name is the exchange's name.
func (e Exchange) Name() string { return e.Title }

// Bank is where its hashes go.
func (e Exchange) Bank() Bank { return e.Into }

const (
	largestPage = 32 << 20
	mostPages   = 10_000
)

// Pull reads pages from a place on.
func (e Exchange) Pull(ctx context.Context, place string, page func(rows []Row) error) (string, error) {
	if place == "" {
		place = e.Address
	}
	for range mostPages {
		raw, err := e.fetch(ctx, place)
		if err != nil {
			return "", err
		}
		var around struct {
			Paging struct {
				Next string `json:"next"`
			} `json:"paging"`
		}
		if err := json.Unmarshal(raw, &around); err != nil {
			return "", fmt.Errorf("page %s: %w", place, err)
		}
		var rows []Row
		if err := ReadRows(bytes.NewReader(raw), func(row Row) error { rows = append(rows, row); return nil }); err != nil {
			return "", fmt.Errorf("page %s: %w", place, err)
		}
		if err := page(rows); err != nil {
			return "", err
		}
		if around.Paging.Next == "" || around.Paging.Next == place {
			return place, nil
		}
		place = around.Paging.Next
	}
	return place, nil
}

// fetch gets a page. The key goes to the exchange's own host and nowhere else.
func (e Exchange) fetch(ctx context.Context, address string) ([]byte, error) {
	if origin := originOf(e.Address); origin == "" || originOf(address) != origin {
		return nil, fmt.Errorf("the page %q is not on the host of the exchange", address)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+e.Key)
	r.Header.Set("Accept", "application/json")
	answer, err := e.Client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the exchange answered %s", answer.Status)
	}
	raw, err := io.ReadAll(io.LimitReader(answer.Body, largestPage+1))
	if err == nil && len(raw) > largestPage {
		err = errors.New("the page is larger than 32 MB")
	}
	return raw, err
}

// originOf is scheme and host of an address.
func originOf(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	return scheme + "://" + host
}
