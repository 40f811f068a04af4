package account

import (
	"context"

	"fairground/internal/ui"
	"fairground/internal/ui/text"
)

func provenTag(ctx context.Context, proven bool) ui.Tag {
	if proven {
		return ui.Tag{Text: text.T(ctx, "account.proven"), Icon: "check", Tone: ui.Safe}
	}
	return ui.Tag{Text: text.T(ctx, "account.unproven"), Tone: ui.Paid}
}

func copiedTag(ctx context.Context, key Passkey) ui.Tag {
	if key.Copied.IsZero() {
		return ui.Tag{}
	}
	return ui.Tag{Text: text.T(ctx, "account.passkey_suspect"), Icon: "triangle-alert", Tone: ui.Alarm}
}

// fewTag warns of recovery codes that run out.
func fewTag(ctx context.Context, left int) ui.Tag {
	if left > 2 {
		return ui.Tag{}
	}
	return ui.Tag{Text: text.T(ctx, "account.recovery_few"), Icon: "triangle-alert", Tone: ui.Paid}
}

func passwordState(ctx context.Context, has bool) string {
	if has {
		return text.T(ctx, "account.password_is_set")
	}
	return text.T(ctx, "account.password_none")
}

func phoneWords(ctx context.Context, v securityView) string {
	switch {
	case v.Waiting != "":
		return text.T(ctx, "account.phone_again")
	case v.Account.Phone != "":
		return text.T(ctx, "account.phone_other")
	}
	return text.T(ctx, "account.phone_add")
}

func languageName(v securityView) string {
	for _, option := range v.Languages {
		if option.Value == string(v.Account.Locale) {
			return option.Text
		}
	}
	return string(v.Account.Locale)
}

// typedOr is what somebody typed into a section whose form was wrong, so that it is not lost.
func typedOr(v securityView, section, instead string) string {
	if v.Section == section {
		return v.Typed
	}
	return instead
}

func problemText(ctx context.Context, err error) string { return text.Error(ctx, err) }
