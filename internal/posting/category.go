package posting

import (
	"net/http"
	"strings"

	"fairground/internal/listing"
	"fairground/internal/web"
)

// branch is a top category with those below it.
type branch struct {
	pick
	icon   string
	leaves []leaf
}

// leaf is a category below, named with those between, and the words by which it is found.
type leaf struct {
	pick
	words string
}

// showTree is the tree to choose a category from: a page, or for a script a part of the form.
func (v *visit) showTree() error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	tree := v.branches(strings.ToLower(strings.TrimSpace(v.r.URL.Query().Get("q"))))
	if wantsParts(v.r) {
		return web.Render(v.w, v.r, http.StatusOK, treePart(tree))
	}
	return v.form(http.StatusOK, v.t("posting.choose_category"), treePage(address(d), tree))
}

// branches are the categories whose names have the words searched for.
func (v *visit) branches(words string) []branch {
	var all []branch
	for _, top := range v.tree.Top() {
		b := branch{pick: v.pickOf(top.ID), icon: top.Icon}
		v.addLeaves(&b, top, "", words)
		if len(b.leaves) > 0 || strings.Contains(findable(top), words) {
			all = append(all, b)
		}
	}
	return all
}

func (v *visit) addLeaves(b *branch, over listing.Category, before, words string) {
	for _, c := range v.tree.Children(over.ID) {
		name := before + c.Names.In(v.words.Locale())
		text := findable(over) + " " + findable(c)
		if strings.Contains(text, words) {
			b.leaves = append(b.leaves, leaf{pick{path: v.tree.PathSlug(c.ID), name: name}, text})
		}
		v.addLeaves(b, c, name+" › ", words)
	}
}

// findable are the names of a category in all languages.
func findable(c listing.Category) string {
	var names []string
	for _, name := range c.Names {
		names = append(names, strings.ToLower(name))
	}
	return strings.Join(names, " ")
}

// pickCategory is the choice on the page of the tree.
func (v *visit) pickCategory() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	d, err := v.keep(form)
	if err != nil {
		return err
	}
	return web.Redirect(v.w, v.r, address(d)+"#part-category")
}
