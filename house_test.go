// Package jingwei_test keeps the house: which folder may import which.
package jingwei_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "jingwei"

// rule is what the code of a folder may import beside the standard library and
// its own folders. Tests may import anything.
type rule struct {
	folders []string // of this module
	modules []string // of others, by the beginnings of their paths; nil is any but sqlModules
}

// sqlModules speak to a database: only a folder that lists them may.
var sqlModules = []string{"database/sql", "github.com/jackc/", "github.com/twpayne/pgx-geom", "github.com/pressly/goose", "zombiezen.com/go/sqlite"}

var (
	none = []string{}   // no module but the standard library
	all  = []string{""} // any module
)

// Groups of folders, each from the ground up.
var (
	shapes    = []string{"geo", "geo/datum", "geo/coverage"}
	nouns     = with(shapes, "grid")
	decisions = with(nouns, "edit", "dispatch", "density")
	pictures  = with(decisions, "tiles", "tiles/mvt")
	services  = with(pictures, "webhook", "tiles/archive", "import", "synth", "store", "store/localpg", "migrations")
)

func with(folders []string, more ...string) []string { return slices.Concat(folders, more) }

// rules name every folder; one below a folder named here goes by its rule.
var rules = map[string]rule{
	"geo":             {modules: []string{"github.com/paulmach/orb"}},
	"geo/datum":       {folders: []string{"geo"}, modules: none},
	"geo/coverage":    {folders: []string{"geo"}},
	"grid":            {folders: shapes},
	"edit":            {folders: nouns},
	"dispatch":        {folders: nouns},
	"density":         {folders: nouns},
	"tiles":           {folders: with(nouns, "density", "tiles/mvt")},
	"tiles/mvt":       {modules: none},
	"tiles/archive":   {folders: []string{"tiles"}, modules: []string{"zombiezen.com/go/sqlite", "github.com/klauspost/compress", "golang.org/x/sync"}},
	"webhook":         {folders: nouns, modules: none},
	"migrations":      {modules: sqlModules},
	"store":           {folders: with(decisions, "migrations"), modules: all},
	"store/localpg":   {modules: none},
	"store/storetest": {folders: with(nouns, "migrations", "store", "store/localpg"), modules: all},
	"import":          {folders: nouns},
	"synth":           {folders: nouns},
	"api":             {folders: with(pictures, "import", "synth", "webhook")},
	"web":             {modules: none},
	"cmd":             {folders: with(services, "api", "web"), modules: all},
	"bench":           {folders: with(services, "api", "web", "store/storetest"), modules: all},
}

// vague are names that say nothing of what a folder owns.
var vague = []string{"util", "utils", "common", "model", "models", "service", "services", "mocks", "helpers"}

// home is the folder whose rule holds in folder, or "".
func home(folder string) string {
	for f := folder; f != "."; f = path.Dir(f) {
		if _, ok := rules[f]; ok {
			return f
		}
	}
	return ""
}

// objection tells why a folder may not import a path, or "" if it may.
func objection(folder, imported string) string {
	from := home(folder)
	if from == "" {
		return fmt.Sprintf("folder %s has no rule: give it one in house_test.go", folder)
	}
	if slices.Contains(vague, path.Base(folder)) {
		return fmt.Sprintf("folder %s has a name that says nothing", folder)
	}
	if to, ok := strings.CutPrefix(imported, module+"/"); ok {
		return objectionToFolder(from, folder, home(to), to)
	}
	if !allowed(rules[from].modules, imported) {
		return fmt.Sprintf("%s may not import %s", folder, imported)
	}
	return ""
}

func objectionToFolder(from, folder, to, imported string) string {
	if from == to || to != "" && slices.Contains(rules[from].folders, to) {
		return ""
	}
	return fmt.Sprintf("%s may not import %s", folder, imported)
}

func allowed(modules []string, imported string) bool {
	if modules == nil {
		return !hasPrefix(imported, sqlModules)
	}
	return isStandard(imported) && !hasPrefix(imported, sqlModules) || hasPrefix(imported, modules)
}

func hasPrefix(imported string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(imported, p) })
}

// isStandard: the first element of other modules' paths is a host.
func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// goFiles lists the Go files of the module but the tests, with slashes.
func goFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && ignored(d.Name()) {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			files = append(files, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func ignored(folder string) bool {
	return strings.HasPrefix(folder, ".") || strings.HasPrefix(folder, "_") ||
		folder == "testdata" || folder == "node_modules"
}

func TestImportsGoDownOnly(t *testing.T) {
	files := goFiles(t)
	if len(files) == 0 {
		t.Fatal("no Go files were found")
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		if home(path.Dir(file)) == "" {
			t.Errorf("%s: its folder has no rule: give it one in house_test.go", file)
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if why := objection(path.Dir(file), imported); why != "" {
				t.Errorf("%s: %s", file, why)
			}
		}
	}
}

func TestObjections(t *testing.T) {
	for _, c := range []struct {
		folder, imported string
		allowed          bool
	}{
		{"geo", "math", true},
		{"geo", "github.com/paulmach/orb", true},
		{"geo", "github.com/paulmach/orb/geojson", true},
		{"geo", "github.com/tidwall/rtree", false},
		{"geo", "jingwei/grid", false},
		{"geo/datum", "jingwei/geo", true},
		{"geo/coverage", "jingwei/geo/datum", false},
		{"grid", "jingwei/geo/coverage", true},
		{"grid", "jingwei/dispatch", false},
		{"dispatch", "jingwei/density", false},
		{"dispatch", "net/http", true},
		{"dispatch", "database/sql", false},
		{"tiles", "jingwei/tiles/mvt", true},
		{"tiles", "jingwei/dispatch", false},
		{"tiles/mvt", "encoding/binary", true},
		{"tiles/mvt", "jingwei/geo", false},
		{"tiles/mvt", "github.com/paulmach/orb", false},
		{"tiles/archive", "zombiezen.com/go/sqlite/sqlitex", true},
		{"tiles/archive", "github.com/jackc/pgx/v5", false},
		{"tiles", "zombiezen.com/go/sqlite", false},
		{"api", "jingwei/tiles/archive", false},
		{"store", "jingwei/density", true},
		{"store", "jingwei/tiles", false},
		{"store", "jingwei/store/localpg", false},
		{"store", "github.com/jackc/pgx/v5", true},
		{"store", "github.com/google/uuid", true},
		{"store/localpg", "os/exec", true},
		{"store/localpg", "github.com/jackc/pgx/v5", false},
		{"import", "jingwei/store", false},
		{"import/ogr", "jingwei/import", true},
		{"api", "jingwei/store", false},
		{"api", "jingwei/store/storetest", false},
		{"api", "github.com/jackc/pgx/v5/pgxpool", false},
		{"api", "github.com/gorilla/mux", true},
		{"api", "jingwei/tiles/mvt", true},
		{"migrations", "embed", true},
		{"migrations", "jingwei/grid", false},
		{"web", "github.com/gorilla/mux", false},
		{"cmd/jingwei", "jingwei/store/localpg", true},
		{"cmd/jingwei", "jingwei/store/storetest", false},
		{"service", "fmt", false},
		{"api/util", "fmt", false},
		{".", "fmt", false},
		{"geo", "jingwei/unheard", false},
	} {
		if why := objection(c.folder, c.imported); (why == "") != c.allowed {
			t.Errorf("%s importing %s: objection %q, allowed should be %v", c.folder, c.imported, why, c.allowed)
		}
	}
}

func TestRulesNameOnlyFoldersWithRules(t *testing.T) {
	for folder, r := range rules {
		for _, below := range r.folders {
			if _, ok := rules[below]; !ok || below == folder {
				t.Errorf("the rule of %s names %s", folder, below)
			}
		}
	}
}
