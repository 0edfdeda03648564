package web

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// Every asset that the page names is in the build, under the address it is
// served from.
func TestPageFindsItsAssets(t *testing.T) {
	if !Built() {
		t.Skip("the pages are not built")
	}
	page, err := fs.ReadFile(FS(), Page)
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllSubmatch(page, -1)
	if len(named) == 0 {
		t.Fatal("the page names no asset")
	}
	for _, n := range named {
		path, ok := strings.CutPrefix(string(n[1]), "/console/")
		if !ok {
			t.Errorf("%s is not below /console/", n[1])
			continue
		}
		if _, err := fs.Stat(FS(), path); err != nil {
			t.Errorf("%s: %v", n[1], err)
		}
	}
}
