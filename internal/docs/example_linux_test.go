package docs

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryCallHasAnExample(t *testing.T) {
	for _, dir := range []string{"../..", "../../cmsg", "../../poll", "../../netdb", "../../netfd", "../../udp", "../../sockinfo", "../../socketserver"} {
		paths, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s has no tests: %v", dir, err)
		}
		fset := token.NewFileSet()
		var files []*ast.File
		for _, path := range paths {
			f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		exports := exports(t, dir)
		shown := map[string]bool{} // by name, or because an example makes it
		for _, e := range doc.Examples(files...) {
			name, _, _ := strings.Cut(e.Name, "_")
			shown[name] = true
			ast.Inspect(e.Code, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok {
					if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == exports.pkg {
						shown[sel.Sel.Name] = true
					}
				}
				return true
			})
		}
		for name, function := range exports.functions {
			if function && !shown[name] {
				t.Errorf("%s: %s has no example", filepath.Base(dir), name)
			}
		}
	}
}
