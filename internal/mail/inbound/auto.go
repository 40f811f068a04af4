package inbound

import (
	"regexp"
	"strings"

	"github.com/jhillyerd/enmime/v2"

	"fairground/internal/value"
)

// away are the subjects of vacation answers whose programs set no header.
var away = regexp.MustCompile(`(?i)^(auto(matic|mated)?[ -]?(reply|response|answer)|out of (the )?office|away from (my|the) (desk|mail)|vacation (reply|message)|` +
	`automatische (antwort|rückmeldung)|abwesenheit(snotiz|smeldung|sassistent)?\b|(ich bin )?(nicht im büro|im urlaub)|außer haus|` +
	`réponse automatique|absence du bureau|message d'absence|risposta automatica|fuori sede|respuesta automática|fuera de la oficina|` +
	`automatisch antwoord|afwezig|resposta automática|autosvar|frånvaro)`)

var returned = regexp.MustCompile(`(?i)^(undeliver(able|ed)|mail delivery (failed|failure|subsystem)|delivery status notification|returned mail|failure notice|` +
	`unzustellbar|nicht zugestellt|échec de la remise|mancata consegna|no se puede entregar)`)

// automatic says whether a program sent the mail, and by which sign. To answer such a mail is how loops begin.
func automatic(envelope value.Email, root *enmime.Part, in Incoming) (bool, string) {
	h := root.Header
	get := func(name string) string { return strings.ToLower(strings.TrimSpace(h.Get(name))) }
	if envelope == "" {
		return true, "empty envelope"
	}
	if submitted := get("Auto-Submitted"); submitted != "" && submitted != "no" {
		return true, "Auto-Submitted"
	}
	switch get("Precedence") {
	case "bulk", "junk", "list", "auto_reply", "auto-reply":
		return true, "Precedence"
	}
	for _, name := range []string{"List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "Feedback-Id"} {
		if get(name) != "" {
			return true, name
		}
	}
	if get("X-Auto-Response") != "" || strings.Contains(get("X-Auto-Response-Suppress"), "all") {
		return true, "X-Auto-Response"
	}
	if strings.HasPrefix(root.ContentType, "multipart/report") {
		return true, "Content-Type"
	}
	local, _, _ := strings.Cut(string(envelope), "@")
	switch local {
	case "mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply":
		return true, "envelope"
	}
	if away.MatchString(in.Subject) || returned.MatchString(in.Subject) {
		return true, "subject"
	}
	return false, ""
}
