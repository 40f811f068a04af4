package account

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"fairground/internal/db"
	"fairground/internal/value"
)

func TestGuardsByWhoAsks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		adm := w.create(Account{Kind: value.Staff, Role: Admin, Email: "ada@example.org", Name: "Ada Muster"})
		var in Invitation
		w.write("test", func(tx *db.Tx) (err error) {
			in, err = Invite(tx, "val@example.org", "Val Muster", Viewer)
			return err
		})
		who := map[string]*browser{"visitor": w.browser(), "member": w.signedIn(w.anna), "safety": w.signedIn(w.sam), "viewer": w.browser(), "admin": w.browser()}
		who["viewer"].post(in.Path).wantTo(t, "/console")
		who["admin"].post("/sign-in/link", "email", string(adm.Email))
		who["admin"].post(w.post.lastLink(t)).wantTo(t, "/console")
		for path, want := range map[string]map[string]int{
			"/":         {"visitor": 200, "member": 200, "safety": 200, "viewer": 200, "admin": 200},
			"/mine":     {"visitor": 303, "member": 200, "safety": 200, "viewer": 200, "admin": 200},
			"/console":  {"visitor": 303, "member": 403, "safety": 200, "viewer": 200, "admin": 200},
			"/held":     {"visitor": 303, "member": 403, "safety": 200, "viewer": 403, "admin": 200},
			"/settings": {"visitor": 303, "member": 403, "safety": 403, "viewer": 403, "admin": 200},
		} {
			for name, status := range want {
				p := who[name].get(path)
				if p.StatusCode != status || status != 200 && p.body != "" && containsPage(p.body, path) {
					t.Errorf("GET %s as %s: %d %q, want %d", path, name, p.StatusCode, p.body, status)
				}
				if status == 303 {
					status = http.StatusUnauthorized
				}
				if p := who[name].post(path); p.StatusCode != status {
					t.Errorf("POST %s as %s: %d, want %d", path, name, p.StatusCode, status)
				}
			}
		}
	})
}

func containsPage(body, path string) bool { return len(body) >= len(path) && body[:len(path)] == path }

func TestARoleTakenAwayIsFeltAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.sam)
		b.get("/held").want(t, 200, "Sam")
		w.write("account.set_role", func(tx *db.Tx) error { return SetRole(tx, w.sam.ID, Viewer) })
		b.get("/held").want(t, 403, "")
		if rows := w.wantLogged(w.sam.ID, "account.set_role", 1); len(rows) == 1 && rows[0].Diff != `{"role":{"old":"safety","new":"viewer"}}` {
			t.Errorf("the log says %s", rows[0].Diff)
		}
	})
}

func TestEveryRouteStatesItsGuard(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		want := map[string]Guard{
			"GET /sign-in": Public, "POST /sign-in": Public, "POST /sign-in/link": Public, "GET /sign-in/sent": Public,
			"GET /sign-in/link/{token}": Public, "POST /sign-in/link/{token}": Public, "POST /sign-out": Public,
			"GET /account/sessions": SignedIn, "POST /account/sessions/end": SignedIn, "POST /account/sessions/end-all": SignedIn,
			"POST /account/password": SignedIn,
		}
		for _, route := range w.router.Routes() {
			if guard, ok := want[route.Pattern]; ok {
				if route.String() != route.Pattern+"  "+guard.String() {
					t.Errorf("%s, want %s", route, guard)
				}
				delete(want, route.Pattern)
			}
		}
		if len(want) > 0 {
			t.Errorf("no such routes: %v", want)
		}
	})
}

func TestTheZeroGuardLetsNobodyThrough(t *testing.T) {
	t.Parallel()
	r, _ := newRequest(t, "GET", "/", nil)
	if value.KindOf(Guard{}.Check(r)) != value.Forbidden {
		t.Error("the zero guard lets visitors through")
	}
	admin := Session{Account: 1, Kind: value.Staff, Role: Admin}
	if value.KindOf(Guard{}.Check(r.WithContext(With(r.Context(), admin)))) != value.Forbidden {
		t.Error("the zero guard lets admins through")
	}
	defer func() {
		if recover() == nil {
			t.Error("May takes a permission that does not exist")
		}
	}()
	May("listings.decde")
}

func TestRolesHaveNoMoreThanTheyNeed(t *testing.T) {
	t.Parallel()
	declared := declaredPermissions(t)
	slices.Sort(declared)
	mine := Admin.Permissions()
	slices.Sort(mine)
	if !slices.Equal(declared, mine) {
		t.Errorf("declared are %v, an admin has %v", declared, mine)
	}
	reserved := map[Permission][]Role{
		SettingsEdit: {Admin}, StaffEdit: {Admin}, StaffSee: {Admin}, OperationsSee: {Admin}, ListingsImport: {Admin}, RecordsExport: {Admin},
		ListingsDecide: {Admin, Safety}, ListingsFeature: {Admin, Sales, Marketing}, NoticesDecide: {Admin, Safety}, AppealsDecide: {Admin, Safety}, RulesEdit: {Admin, Safety},
		MembersSuspend: {Admin, Safety}, AuditSee: {Admin, Safety}, PaymentsRefund: {Admin, Finance}, CampaignsEdit: {Admin, Marketing},
		ConversationsSee: {Admin, Safety, Support},
	}
	for permission, roles := range reserved {
		for _, role := range Roles() {
			if role.May(permission) != slices.Contains(roles, role) {
				t.Errorf("%s may %s: %t", role, permission, role.May(permission))
			}
		}
	}
	for _, s := range []Session{{}, {Account: 1, Kind: value.Member}, {Account: 1, Kind: value.Member, Role: Admin}, {Account: 1, Kind: value.Staff, Role: "owner"}, {Kind: value.Staff, Role: Admin}} {
		if s.May(ConsoleSee) {
			t.Errorf("%+v may see the console", s)
		}
	}
}

// declaredPermissions reads the constants from the source, so that none is forgotten in a role.
func declaredPermissions(t *testing.T) []Permission {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "permission.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []Permission
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Permission" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, Permission(text))
		}
		return true
	})
	return all
}
