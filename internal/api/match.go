package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"fairground/internal/value"
	"fairground/internal/web"
)

// Tag is the ETag of a revision of a record.
func Tag(rev int64) string { return `"` + strconv.FormatInt(rev, 10) + `"` }

// tagIn is the ETag of a record as it looks under a revision of the catalog: the same record looks otherwise when a field
// was added. If-Match asks for the record's revision only.
func tagIn(rev, catalog int64) string { return fmt.Sprintf(`"%d.%d"`, rev, catalog) }

// changedError is the answer to a change of a revision that is not the present one.
type changedError struct {
	error
	rev int64 // the present one
}

// Unwrap returns the error without the revision.
func (e *changedError) Unwrap() error { return e.error }

// changed is that error: 412 with the present revision as ETag and in the problem.
func changed(rev int64, message string) error {
	err := web.Status(http.StatusPreconditionFailed, value.Errorf(value.Conflict, "%s", message))
	return withHeader(&changedError{err, rev}, "ETag", Tag(rev))
}

// Fresh sets the ETag of an answer and reports whether the client has it already; then 304 was answered.
func Fresh(w http.ResponseWriter, r *http.Request, rev int64) bool {
	w.Header().Set("ETag", Tag(rev))
	if !names(r.Header.Values("If-None-Match"), rev) {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

// CheckMatch compares If-Match with the present revision of what is about to be changed. Another revision is answered
// with 412 and the present ETag; a missing If-Match, when it is required, with 428. Weak tags match like strong ones:
// compression on the way makes ours weak, and a revision names the content exactly.
func CheckMatch(r *http.Request, rev int64, required bool) error {
	given := r.Header.Values("If-Match")
	if len(given) == 0 {
		if !required {
			return nil
		}
		return web.Status(http.StatusPreconditionRequired,
			value.Errorf(value.Invalid, "send If-Match with the ETag of the revision you have read, or * to change whatever is there"))
	}
	if names(given, rev) {
		return nil
	}
	return changed(rev, fmt.Sprintf("this is at revision %d now; read it again and repeat your change", rev))
}

// ExpectedRev is the one revision that If-Match names, for verbs that compare in their own transaction. ok is false
// when there is no If-Match or it is *. Several tags, or one that is not ours, are refused with 412.
func ExpectedRev(r *http.Request) (rev int64, ok bool, err error) {
	given := strings.TrimSpace(strings.Join(r.Header.Values("If-Match"), ","))
	if given == "" || given == "*" {
		return 0, false, nil
	}
	rev, err = parseTag(given)
	if err != nil {
		return 0, false, web.Status(http.StatusPreconditionFailed, value.Errorf(value.Conflict, "If-Match must have one ETag of this API").Because(err))
	}
	return rev, true, nil
}

func names(headers []string, rev int64) bool {
	for candidate := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		if candidate = strings.TrimSpace(candidate); candidate == "*" {
			return true
		}
		if known, err := parseTag(candidate); err == nil && known == rev {
			return true
		}
	}
	return false
}

func parseTag(tag string) (int64, error) {
	tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
	if len(tag) < 3 || tag[0] != '"' || tag[len(tag)-1] != '"' {
		return 0, fmt.Errorf("%q is not an ETag", short(tag))
	}
	rev, _, _ := strings.Cut(tag[1:len(tag)-1], ".") // what comes behind is the catalog's
	return strconv.ParseInt(rev, 10, 64)
}
