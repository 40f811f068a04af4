package message

import (
	"context"
	"slices"

	"fairground/internal/media"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
)

// look is the class of a message: whose it is, and whether only this side sees it.
func (v *threadView) look(m Message) string {
	class := "theirs"
	if m.Side == v.Side {
		class = "mine"
	}
	if m.State == Held || m.State == Refused {
		class += " waits"
	}
	if m.Offer != 0 {
		class += " offers"
	}
	return class
}

// author is who of a seller's team wrote; empty where only the side is told.
func (v *threadView) author(ctx context.Context, m Message) string {
	if v.Team == nil || m.Side != v.Side {
		return ""
	}
	if m.Author == v.Person {
		return text.T(ctx, "message.by_you")
	}
	return withName(ctx, v.Team[m.Author].Name)
}

func (v *threadView) newDay(ctx context.Context, i int) bool {
	if i == 0 {
		return true
	}
	zone := ui.Words(ctx).Zone()
	y, m, d := v.Messages[i].At.In(zone).Date()
	y2, m2, d2 := v.Messages[i-1].At.In(zone).Date()
	return y != y2 || m != m2 || d != d2
}

func (v *threadView) seen(m Message) bool { return !v.SeenTo.Before(m.At) }

func (v *threadView) offerPath(o Offer, verb string) string {
	return v.Conversation.Href() + "/offers/" + o.ID.Text(offerKind) + "/" + verb
}

// mayOffer reports whether this side can name an amount now.
func (v *threadView) mayOffer() bool {
	hasOpen := slices.ContainsFunc(v.Messages, func(m Message) bool {
		o, ok := v.Offers[m.Offer]
		return ok && o.Side == v.Side && o.State == OpenOffer
	})
	return !hasOpen && (v.Listing.Open || v.Listing.Status == "reserved")
}

func (v *threadView) deleteQuestion(ctx context.Context) string {
	if v.Team != nil {
		return text.T(ctx, "message.confirm.delete_team")
	}
	return text.T(ctx, "message.confirm.delete")
}

func (v *threadView) photo(m Message, p Photo, px int) string { return photoPath(m, p, px) }

// photoPath is the address of a photo of a message, in the smallest size not under px.
func photoPath(m Message, p Photo, px int) string {
	key := p.stored().At(px).Key
	return href(m.Conversation) + "/photos/" + m.ID.Text(MessageKind) + "/" + key[len("photo/ab/"):]
}

func (v *threadView) picture(ctx context.Context, m Message, p Photo) ui.Picture {
	size := p.stored().At(media.Small)
	return ui.Picture{Src: photoPath(m, p, media.Small), Width: size.Width, Height: size.Height, Tone: p.Colour, Alt: text.T(ctx, "message.photo_alt")}
}

// warnings are those of a message that no note beside it states.
func (v *threadView) warnings(m Message) (all []Warning) {
	for _, w := range m.Warnings {
		if !v.Notes[m.ID].states(w) {
			all = append(all, w)
		}
	}
	return all
}

// states reports whether a note has a warning among its reasons.
func (n Note) states(w Warning) bool {
	return slices.ContainsFunc(n.Reasons, func(r Reason) bool {
		return r.Code == string(w) || r.Code == ReasonRule && w == WarnPayment
	})
}

// words is a reason as its reader sees it.
func (r Reason) words(ctx context.Context) string {
	switch Warning(r.Code) {
	case WarnPayment, WarnLink, WarnMail, WarnPhone:
		return text.T(ctx, "message.warn."+r.Code)
	case ReasonNew:
		if r.Count == 0 {
			return text.T(ctx, "message.reason.today")
		}
	}
	return text.T(ctx, "message.reason."+r.Code, "count", r.Count)
}

// Words is a reason of a note about somebody, in words for them.
func (r Reason) Words(ctx context.Context) string { return text.T(ctx, "message.note.about."+r.Code) }
