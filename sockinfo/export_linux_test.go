package sockinfo

import "reflect"

// GoType is the type of the option's values.
func (o Option) GoType() reflect.Type { return o.typ }
