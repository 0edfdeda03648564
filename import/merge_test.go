package importer_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"jingwei/grid"
	importer "jingwei/import"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Law: one batch gives the same edition however its features are spread over
// files and in whatever order they come, and twice the same batch changes
// nothing.
func TestTheOrderOfFeaturesDoesNotMatter(t *testing.T) {
	dir := t.TempDir()
	o := importer.BoundaryOptions{Level: grid.Microgrid, Parent: "up"}
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 4).Draw(t, "width"), rapid.IntRange(1, 4).Draw(t, "height")
		var features []string
		for i := range w * h {
			features = append(features, featureWith(fmt.Sprintf(`"code":"C%d","up":"P%d"`, i, i%3), square(float64(i%w), float64(i/w))))
		}
		plain := spread(t, dir, features, len(features))
		shuffled := rapid.Permutation(features).Draw(t, "order")
		mixed := spread(t, dir, shuffled, rapid.IntRange(1, len(features)).Draw(t, "cut"))
		a, b := &editions{}, &editions{}
		for _, run := range []struct {
			to    *editions
			files []string
		}{{a, plain}, {b, mixed}, {a, mixed}} {
			if _, err := importer.Boundaries(context.Background(), run.to, run.files, o); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(a.published, b.published); diff != "" {
			t.Fatalf("-in order +shuffled:\n%s", diff)
		}
	})
}

// spread writes the features into two files, the second from the cut on, if
// there is anything left for it.
func spread(t *rapid.T, dir string, features []string, cut int) (files []string) {
	for i, part := range [][]string{features[:cut], features[cut:]} {
		if len(part) == 0 {
			continue
		}
		path := filepath.Join(dir, fmt.Sprintf("%d of %d.geojson", i, cut))
		if err := os.WriteFile(path, []byte(collection(part...)), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	return files
}
