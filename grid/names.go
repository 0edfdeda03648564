package grid

import (
	"fmt"
	"strings"
)

// unknown says of a word that it is none of some names.
func unknown[T ~string](what, word string, names ...T) error {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = string(name)
	}
	return fmt.Errorf("unknown %s %q: one of %s", what, word, strings.Join(list, ", "))
}
