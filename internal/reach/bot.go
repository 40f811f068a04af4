package reach

// signs are what programs call themselves by, in lower case. An empty name is a program too.
var signs = []string{"bot", "crawl", "spider", "slurp", "preview", "monitor", "headless", "scrap", "http", "curl/", "wget/", "python", "java/", "libwww", "axios",
	"facebookexternal", "whatsapp", "validator", "lighthouse", "feed", "archiv", "phantom", "probe", "uptime", "fetch"}

// byFirst are the signs by their first letter, small or capital, so that most of a name needs one look a letter.
var byFirst = func() (table [256][]string) {
	for _, sign := range signs {
		small := sign[0]
		table[small] = append(table[small], sign)
		table[small-'a'+'A'] = table[small]
	}
	return table
}()

const agentRead = 512 // bytes of a name in which a sign is looked for

// isProgram reports whether a browser's name says that it is none.
func isProgram(agent string) bool {
	if len(agent) < 8 {
		return true
	}
	agent = agent[:min(len(agent), agentRead)]
	for i := range len(agent) {
		if hasSign(byFirst[agent[i]], agent[i:]) && !(i >= 2 && equalFold(agent[i-2:i], "cu")) { // Cubot makes telephones
			return true
		}
	}
	return false
}

func hasSign(signs []string, rest string) bool {
	for _, sign := range signs {
		if len(rest) >= len(sign) && equalFold(rest[:len(sign)], sign) {
			return true
		}
	}
	return false
}

// equalFold compares ASCII text with a lower-case sign.
func equalFold(text, sign string) bool {
	for i := range len(sign) {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != sign[i] {
			return false
		}
	}
	return true
}
