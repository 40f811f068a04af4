package message

import (
	"context"
	"sync"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// hub tells the streams of one site that something changed for their readers, within this process. A stream that hears
// nothing asks the database nothing.
type hub struct {
	mu        sync.Mutex
	streams   int
	byAccount map[value.ID]int
	listeners map[value.ID]map[*listener]bool // by the owner of an inbox
}

// listener is one stream. Its channel holds one token: how often something changed does not matter.
type listener struct {
	owners  []value.ID
	changed chan struct{}
}

const (
	mostStreams    = 5000 // of a site in this process
	mostPerAccount = 6
)

func hubOf(s *site.Site) *hub {
	return site.Part(s, func(*site.Site) *hub {
		return &hub{byAccount: map[value.ID]int{}, listeners: map[value.ID]map[*listener]bool{}}
	})
}

// join adds a stream of an account that reads some inboxes. It reports false when there are too many.
func (h *hub) join(account value.ID, owners []value.ID) (l *listener, leave func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.streams >= mostStreams || h.byAccount[account] >= mostPerAccount {
		return nil, nil, false
	}
	l = &listener{owners: owners, changed: make(chan struct{}, 1)}
	h.streams++
	h.byAccount[account]++
	for _, owner := range owners {
		if h.listeners[owner] == nil {
			h.listeners[owner] = map[*listener]bool{}
		}
		h.listeners[owner][l] = true
	}
	return l, func() { h.leave(account, l) }, true
}

func (h *hub) leave(account value.ID, l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.streams--
	if h.byAccount[account]--; h.byAccount[account] <= 0 {
		delete(h.byAccount, account)
	}
	for _, owner := range l.owners {
		delete(h.listeners[owner], l)
		if len(h.listeners[owner]) == 0 {
			delete(h.listeners, owner)
		}
	}
}

func (h *hub) tell(owners ...value.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, owner := range owners {
		for l := range h.listeners[owner] {
			select {
			case l.changed <- struct{}{}:
			default:
			}
		}
	}
}

// stir tells the streams of some owners, once the write is committed.
func stir(tx *db.Tx, owners ...value.ID) {
	if s, ok := site.Found(tx.Context()); ok {
		tx.After(func() { hubOf(s).tell(owners...) })
	}
}

// room is what the site of a context has for this package.
func (d *Desk) room(ctx context.Context) Room {
	return d.config.Room(site.From(ctx))
}
