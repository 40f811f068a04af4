package bank

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"fairground/internal/media/pdq"
	"fairground/internal/safety"
	"fairground/internal/ui"
)

// imagesOf hashes a photo as it was sent and, if its file turns it, as it is shown.
func (v *visit) imagesOf(raw []byte) ([]safety.Image, error) {
	sent, shown, quality, err := v.pages.Pictures(v.site()).Print(v.ctx(), raw)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(raw)
	images := []safety.Image{{Sha256: hex.EncodeToString(sum[:]), PDQ: sent, Quality: quality}}
	if shown != sent {
		images = append(images, safety.Image{PDQ: shown, Quality: quality})
	}
	return images, nil
}

func nearestFirst(all []Near, limit int) []Near {
	slices.SortStableFunc(all, func(a, b Near) int { return cmp.Compare(a.Distance, b.Distance) })
	all = onceEach(all)
	return all[:min(limit, len(all))]
}

// form names how a photo was turned, for people.
func (v *visit) form(form int) string {
	switch form {
	case 0:
		return v.t("bank.form.file")
	case 1:
		return v.t("bank.form.same")
	case 3, 6, 8:
		return v.t("bank.form.turned")
	}
	return v.t("bank.form.mirrored")
}

// likeness says what a distance means.
func (v *visit) likeness(distance int) ui.Tag {
	if distance <= pdq.Near {
		return ui.Tag{Text: v.t("bank.match"), Tone: ui.Alarm}
	}
	return ui.Tag{Text: v.t("bank.no_match")}
}

func (v *visit) author(actor string) string {
	if v.pages.Author == nil {
		return actor
	}
	return v.pages.Author(v.r, actor)
}

func (v *visit) record(h Hit) string {
	if v.pages.Record == nil {
		return ""
	}
	return v.pages.Record(h.Object, h.Record)
}

// hashOf is what an entry is recognised by on a page.
func hashOf(e Entry) string {
	if e.PDQ != nil {
		return e.PDQ.String()
	}
	return e.Sha256
}

func kindOf(e Entry) string {
	switch {
	case e.PDQ == nil:
		return "SHA-256"
	case e.Sha256 == "":
		return "PDQ"
	}
	return "PDQ + SHA-256"
}

// bar is how far an import is.
func (v *visit) bar(i Import) ui.Progress {
	here := importsPath + "/" + i.ID.Text(ImportKind)
	p := ui.Progress{URL: here + "/progress", Href: here, Label: cmp.Or(i.Name, v.t("bank.import")), Share: share(i),
		Figures: v.t("bank.figures", "rows", i.Done, "added", i.Added, "known", i.Known, "refused", i.Refused)}
	switch i.State {
	case "done":
		p.Done, p.Tone, p.Text = true, ui.Safe, v.t("bank.import_done", "count", int(i.Added))
		if i.Refused > 0 {
			p.Tone, p.Text = ui.Paid, v.t("bank.import_partly", "added", i.Added, "refused", i.Refused)
		}
	case "failed":
		p.Done, p.Tone, p.Text = true, ui.Alarm, v.t(i.Failure)
	}
	if p.Done {
		p.Actions = ui.Button{Text: v.t("bank.see_bank"), Href: pagesPath + "/" + string(i.Bank), Look: ui.Primary}
		if i.Size > 0 {
			p.Share = float64(i.Read) / float64(i.Size)
		}
	}
	return p
}

func share(i Import) float64 {
	if i.Size == 0 || i.Done == 0 {
		return -1
	}
	return float64(i.Read) / float64(i.Size)
}

func (v *visit) megabytes(bytes int64) string { return v.words.Decimal(float64(bytes)/(1<<20), 1) }

func entryID(e Entry) string { return e.ID.Text(EntryKind) }

func textOf(n int) string { return strconv.Itoa(n) }

// listingKind is how ids of listings are written.
const listingKind = "lst"

func recordName(h Hit) string {
	if h.Object == "listing" {
		return h.Record.Text(listingKind)
	}
	return h.Object + " " + h.Record.String()
}
