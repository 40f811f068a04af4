package posting

import (
	"net/http"
	"time"

	"fairground/internal/account"
	"fairground/internal/media"
	"fairground/internal/web"
)

const (
	formBody   = 80 << 20 // a whole form with photos, from browsers without JavaScript
	photoBody  = media.MaxBytes + 64<<10
	textBody   = 2 << 20
	uploadTime = 3 * time.Minute
	smallBody  = 64 << 10
	bulkBody   = 256 << 10
)

// Routes registers the pages of this package; doc.go lists them.
func (p *Posting) Routes(m *web.Router) {
	saving := web.Limit(p.config.BySaving, who, account.Public)
	whole := []web.Option{web.BodyLimit(formBody), web.Timeout(uploadTime)}
	small := web.BodyLimit(smallBody)
	m.Handle("GET /post", account.Public, p.own((*visit).showNew))
	m.Handle("GET /post/{draft}", account.Public, p.own((*visit).showForm))
	m.Handle("POST /post/{draft}", saving, p.own((*visit).act), whole...)
	m.Handle("POST /post/{draft}/save", saving, p.own((*visit).save), web.BodyLimit(textBody))
	m.Handle("GET /post/{draft}/categories", account.Public, p.own((*visit).showTree))
	m.Handle("POST /post/{draft}/categories", saving, p.own((*visit).pickCategory), small)
	m.Handle("GET /post/{draft}/preview", account.Public, p.own((*visit).showPreview))
	m.Handle("POST /post/{draft}/photos", p.photoGuard(), p.own((*visit).takePhotos), web.BodyLimit(photoBody), web.Timeout(uploadTime))
	m.Handle("GET /post/{draft}/photos/{photo}", account.Public, p.own((*visit).showPhoto))
	m.Handle("POST /post/{draft}/photos/{photo}", p.photoGuard(), p.own((*visit).changePhoto), small)
	m.Handle("POST /post/{draft}/discard", saving, p.own((*visit).discard), small)
	m.Handle("POST /post/{draft}/restore", saving, p.own((*visit).restore), web.BodyLimit(textBody))
	m.Handle("GET /post/sent", account.Public, p.page((*visit).showSent))
	m.Handle("GET /post/confirm/link/{token}", account.Public, p.page((*visit).showConfirm))
	m.Handle("POST /post/confirm/link/{token}", saving, p.page((*visit).confirm), small)
	m.Handle("GET /my/listings", account.SignedIn, p.own((*visit).showMine))
	m.Handle("POST /my/listings", account.SignedIn, p.own((*visit).actOnMany), web.BodyLimit(bulkBody), web.Timeout(time.Minute))
	m.Handle("GET /my/listings/{listing}", account.SignedIn, p.own((*visit).showStanding))
	m.Handle("POST /my/listings/{listing}", account.SignedIn, p.own((*visit).actOnOne), small)
	m.Handle("POST /my/listings/{listing}/edit", account.SignedIn, p.own((*visit).edit), small)
}

// photoGuard bounds how many photos somebody sends or changes: each costs half a second of a processor.
func (p *Posting) photoGuard() web.Guard {
	return web.Limit(p.config.ByMember, func(r *http.Request) string { return who(r) }, account.Public)
}
