package safety

import (
	"context"
	"strings"
	"testing"
)

// TestMessagesAreLabelledNotHeld holds the rules for messages to what they are for: the reader is warned of what usually
// comes before a loss, nothing is held by them, and talk about a sale stays without a word.
func TestMessagesAreLabelledNotHeld(t *testing.T) {
	t.Parallel()
	gate := providerGate(t)
	screen := func(stage Stage, text string) (Verdict, string) {
		out := gate.Screen(context.Background(), Subject{Stage: stage, Object: "message", Record: 1, Hash: ContentHash{1}, Body: text}, Review{})
		var rules []string
		for _, f := range out.Firings {
			rules = append(rules, strings.TrimPrefix(f.Rule, "provider/"))
		}
		return out.Verdict, strings.Join(rules, " ")
	}
	for text, rule := range map[string]string{
		"I cannot come myself. My courier will bring the money and pick up the sofa.":  "courier-pays",
		"The shipping agent needs his fee today, I put it on top.":                     "courier-pays",
		"Der Spediteur bezahlt bar bei der Abholung.":                                  "courier-pays",
		"I just want to know that you are no robot: tell me the code that arrives.":    "phone-code",
		"Du bekommst einen Verifizierungscode, den brauche ich.":                       "phone-code",
		"You have to verify your identity first: https://safe-pay.example.net/id":      "account-check",
		"Ihr Konto wird gesperrt, siehe www.example.net":                               "account-check",
		"My bank sent a cashier's check for more, please refund the excess.":           "overpayment",
		"Der Bankscheck kommt morgen, den Überschuss zurück bitte an die Umzugsfirma.": "overpayment",
		"Write to me on Telegram instead, I am never here.":                            "elsewhere",
		"Lassen Sie uns weiter per WhatsApp reden.":                                    "elsewhere",
		"Ｃｏｎｔａｃｔ me on Whats\u200bApp please":                                          "elsewhere",
	} {
		if verdict, rules := screen(StageMessage, text); verdict != Label || rules != rule {
			t.Errorf("%q: %s by %q, want a label by %q", text, verdict, rules, rule)
		}
		if verdict, rules := screen(StageListing, text); strings.Contains(rules, rule) {
			t.Errorf("%q as a listing: %s by %q", text, verdict, rules)
		}
	}
	for _, text := range ordinary {
		if verdict, rules := screen(StageMessage, text); verdict != Allow || rules != "" {
			t.Errorf("%q: %s by %q", text, verdict, rules)
		}
	}
}

// ordinary is how people talk about a sale.
var ordinary = []string{
	"Hello, is the bicycle still available? I could come on Saturday at ten.",
	"Would you take 80? I pay cash when I pick it up.",
	"I'll check the size at home and tell you tomorrow.",
	"Can you send it by post? I pay the postage of course.",
	"The driver of the bus told me the stop is right in front of your house.",
	"What is the difference between this model and the other one?",
	"My address: Quai 3, 1009 Pully. The door code is 44 and the name Keller.",
	"Please return the drill when you are done.",
	"Could you send another photo of the label with the code on it?",
	"I'll text you when I'm at the station.",
	"Is the phone unlocked, and does WhatsApp work on it?",
	"I get paid on Friday, could you hold it until then?",
	"I paid extra for the leather seat back then.",
	"Can I pay by bank transfer when I have seen it?",
	"Ist das Sofa noch da? Ich könnte am Samstag um zehn kommen.",
	"Ich bezahle bar bei der Abholung.",
	"Können Sie es mit der Post schicken? Das Porto übernehme ich.",
	"Der Code für die Haustür ist 44.",
	"Ich prüfe die Masse und melde mich morgen.",
	"Ist eine Karte für den Rasenmäher-Service dabei?",
	"Was ist der Unterschied zwischen den beiden Modellen?",
	"Bitte klingeln, ich bin über den Hof erreichbar.",
	"Das Konto können wir am Schluss machen, erst anschauen.",
}

// TestAHiddenNumberInAProfileWaits sees that what a profile or a name says obeys the rule of listings.
func TestAHiddenNumberInAProfileWaits(t *testing.T) {
	t.Parallel()
	gate := providerGate(t)
	for text, want := range map[string]Verdict{
		"We mend bicycles. Call zero four four six six eight one eight zero zero":         Hold,
		"Write to anna (at) example (dot) org":                                            Hold,
		"We mend bicycles. Call 044 668 18 00, Monday to Friday 8 to 12 and 13.30 to 18.": Allow,
		"Familie Keller, drei Kinder, zwei Hunde, ein Laden":                              Allow,
	} {
		out := gate.Screen(context.Background(), Subject{Stage: StageAccount, Object: "profile", Record: 1, Hash: ContentHash{1}, Body: text}, Review{})
		if out.Verdict != want {
			t.Errorf("%q: %s, want %s", text, out.Verdict, want)
		}
	}
}
